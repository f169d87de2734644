/** Run by rights_test.ts as a user without rights, in a folder of his: tells what became of stages that take rights away. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findWaste, removeWaste } from "../../../pipeline/history/garbage.ts";
import { Study } from "../../rig/study.ts";

const say = (line: string) =>
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

/** As Go does in its cache of modules: folders that nobody may change. */
const GO = `mkdir -p a/b/c; touch a/b/c/d; chmod 555 a/b/c a/b; chmod 000 a`;

await using study = await Study.start();
study.stage(
  "module",
  { outputs: ["out"] },
  `
  const folder = task.scratch + "/a/b";
  Deno.mkdirSync(folder, { recursive: true });
  write(folder + "/c", "");
  Deno.chmodSync(folder, 0o555);
  Deno.chmodSync(task.scratch + "/a", 0);
  write(task.output("out"), "");`,
);
const sh = (script: string) => ({
  runs: {
    kind: "command",
    command: ["sh", "-c", script, "sh", "{output out}"],
  },
} as const);
study.stage("command", { outputs: ["out"], more: sh(`${GO}; touch $1`) });
study.stage("broken", { outputs: ["out"], more: sh(`${GO}; exit 1`) });
for (const [name, end] of Object.entries(await study.run({ jobs: 1 }))) {
  say(`${name} ${end}`);
}
const again = await study.run({ targets: ["broken"] });
say(`again broken ${again.broken}`);

// What a killed run left.
const NOTHING = { fingerprints: [], objects: [], run: undefined };
const { store } = await study.open();
const work = join(study.root, ".store/work");
const left = join(work, "1-dead/0-x/scratch");
mkdirSync(left, { recursive: true });
writeFileSync(join(work, "1-dead.lock"), "");
writeFileSync(join(left, "file"), "");
chmodSync(left, 0o555);
chmodSync(join(work, "1-dead/0-x"), 0);
const waste = findWaste(store, 10, NOTHING);
say(
  `killed work folder: ${
    waste.filter(({ path }) => path.endsWith("dead")).length
  } to be removed`,
);
removeWaste(waste);
say(
  `left: ${readdirSync(work).length} in work, ${
    findWaste(store, 10, NOTHING).length
  } to be removed`,
);

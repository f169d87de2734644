/** What a power failure may find on the disk: contents reach it before their names. */
import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import type { Event } from "../../../pipeline/run/event.ts";
import { writing } from "../../../pipeline/run/journal.ts";
import { skip } from "../../rig/skip.ts";

const engine = (name: string) =>
  import.meta.resolve(`../../../pipeline/store/${name}.ts`);
const config = new URL("../../../deno.json", import.meta.url).pathname;

/** Whether this machine lets us see the calls of a process. */
function traces(): boolean {
  try {
    return new Deno.Command("strace", {
      args: ["-o", "/dev/null", "true"],
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The names of the calls that change names or wait for the disk, as a program makes them. */
async function calls(root: string, program: string): Promise<string[]> {
  const [script, trace] = [join(root, "program.ts"), join(root, "trace")];
  Deno.writeTextFileSync(
    script,
    `import { writeDurably } from ${JSON.stringify(engine("write"))};
import { ingest } from ${JSON.stringify(engine("ingest"))};
import { StatCache } from ${JSON.stringify(engine("stat"))};
import { Store } from ${JSON.stringify(engine("store"))};
${program}`,
  );
  const { success, stderr } = await new Deno.Command("strace", {
    args: [
      ...["-f", "-y", "-o", trace],
      ...["-e", "trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat"],
      ...[Deno.execPath(), "run", "-A", "--no-lock", "--no-check"],
      ...["--config", config, script],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  // Deno renames in its own cache, too.
  return Deno.readTextFileSync(trace).split("\n").flatMap((line) => {
    const call = /\b(fsync|fdatasync|(?:rename|link)\w*)\(/.exec(line)?.[1];
    return call !== undefined && line.includes(`${root}/store`)
      ? [call.replace(/at2?$/, "")]
      : [];
  });
}

const traceable = traces();
if (!traceable) {
  skip("the order of fsync and rename", "strace is not installed");
}

/** Takes in a file as the only one who has it, or by a copy, and places it. */
const taking = (sole: boolean) => `
const { signal } = new AbortController();
const taken = await ingest(STORE + "/result", STORE + "/copy", ${sole}, signal);
await new Store(STORE, StatCache.open(STORE + "/stat")).place(taken, signal);
`;

for (
  const [name, program, second] of [
    ["writeDurably()", 'writeDurably(STORE + "/record", "text");', "rename"],
    ["ingest() of the file itself", taking(true), "link"],
    ["ingest() by a copy", taking(false), "link"],
  ] as const
) {
  Deno.test({
    name: `${name} gives a content its name after it has reached the disk`,
    ignore: !traceable,
    fn: async () => {
      const root = await Deno.realPath(await Deno.makeTempDir());
      try {
        Deno.mkdirSync(join(root, "store/objects"), { recursive: true });
        Deno.writeTextFileSync(join(root, "store", "result"), "made");
        const store = JSON.stringify(join(root, "store"));
        deepEqual(
          await calls(root, program.replaceAll("STORE", store)),
          ["fsync", second],
        );
      } finally {
        Deno.removeSync(root, { recursive: true });
      }
    },
  });
}

Deno.test("a full disk under the journal does not stop whose progress it tells", () => {
  const told: Event[] = [];
  let tried = 0;
  const report = writing({
    kind: "held",
    write: () => {
      tried++;
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    },
    [Symbol.dispose]: () => {},
  }, (event) => told.push(event));
  const event: Event = {
    kind: "progress",
    instance: "x",
    progress: { done: 1, total: 2, unit: "things" },
    elapsed: 1,
  };
  report(event);
  deepEqual([told, tried], [[event], 1]);
});

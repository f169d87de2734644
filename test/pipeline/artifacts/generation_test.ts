/** The folder of artifacts is of one run at any instant, whoever is killed. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { skip } from "../../rig/skip.ts";
import { Artifacts } from "../../../pipeline/artifacts/artifacts.ts";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { Failed } from "../../../pipeline/failure.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { Store } from "../../../pipeline/store/store.ts";
import { runOf, strange } from "./folder.ts";

const puppet = (name: string) => new URL(name, import.meta.url).pathname;
const config = puppet("../../../deno.json");

/** A folder for one test. */
class Place implements Disposable {
  readonly root = Deno.realPathSync(
    Deno.makeTempDirSync({ prefix: "generation-" }),
  );
  readonly artifacts = join(this.root, "artifacts");
  readonly generations = join(this.root, ".store", "generations");

  /** A puppet's process, under a program that watches it if need be. */
  start(name: string, args: readonly string[], under: readonly string[] = []) {
    const words = [
      ...under,
      Deno.execPath(),
      ...["run", "-A", "--no-check", "--config", config, puppet(name)],
      this.root,
      ...args,
    ];
    return new Deno.Command(words[0]!, { // there is one
      args: words.slice(1),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Publishes editions, and says whether the puppet lived to its end. */
  async publish(
    editions: readonly string[],
    under: readonly string[] = [],
  ): Promise<boolean> {
    const process = this.start("publisher.ts", editions, under);
    await process.stdin.close();
    const { success, stderr } = await process.output();
    const text = new TextDecoder().decode(stderr);
    if (text.includes("error:")) throw new Error(text);
    return success;
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

Deno.test("a reader sees one run's files while two others publish, as often as it looks", async () => {
  using place = new Place();
  await place.publish(["a"]);
  const reader = place.start("reader.ts", []);
  const output = reader.stdout.getReader();
  await output.read(); // it is ready
  const writers = [["a", "b"], ["c", "d"]].map((editions) =>
    place.start("publisher.ts", [...editions, "+"])
  );
  // As many exchanges as give the last edition its turn a hundred times.
  let turns = 0;
  let last = "";
  for (let looks = 0; turns < 100 && looks < 2000; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const inode = String(Deno.statSync(place.artifacts).ino);
    if (inode !== last) turns++;
    last = inode;
  }
  for (const writer of writers) {
    writer.kill("SIGKILL");
    await writer.stdin.close();
    await writer.output();
  }
  await reader.stdin.close();
  let text = "";
  for (let part; !(part = await output.read()).done;) {
    text += new TextDecoder().decode(part.value);
  }
  await reader.stderr.cancel();
  equal((await reader.status).success, true);
  const { whole, mixed } = JSON.parse(text);
  deepEqual(mixed, []);
  ok(whole > 20, text);
  deepEqual(strange(place.artifacts), []);
});

const traceable = await (async () => {
  try {
    return (await new Deno.Command("strace", {
      args: ["-o", "/dev/null", "true"],
      stderr: "null",
    }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
})();
if (!traceable) {
  skip("kills at each step of a publication", "strace is not installed");
}

const STEPS = "renameat2,rename,renameat,link,linkat,mkdir,mkdirat,unlink," +
  "unlinkat,rmdir,chmod,fchmodat,copy_file_range,sendfile";

/** Steps of a publication: which call of which kind, in the thread that makes them. */
async function steps(
  place: Place,
  inject: readonly string[],
): Promise<readonly (readonly [call: string, count: number])[]> {
  const trace = join(place.root, "trace");
  await place.publish(["b"], strace(trace, inject));
  const counts = new Map<string, number>();
  return readFileSync(trace, "utf8").split("\n").flatMap((line) => {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (call === undefined) return [];
    const key = `${thread} ${call}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return /\/(generations|artifacts)\b|copy_file_range|sendfile/.test(line)
      ? [[call, count] as const]
      : [];
  });
}

function strace(trace: string, inject: readonly string[]): string[] {
  return [
    ...["strace", "-f", "-qq", "-o", trace, "-e", `trace=${STEPS}`],
    ...inject.flatMap((one) => ["-e", `inject=${one}`]),
  ];
}

for (
  const { name, inject, least } of [
    { name: "in one step", inject: [], least: 8 },
    {
      name: "by two renames, where a file system has no exchange",
      inject: ["renameat2:error=EINVAL"],
      least: 8,
    },
  ]
) {
  Deno.test({
    name:
      `a run killed at any step of a publication leaves one run's files and loses no other: ${name}`,
    ignore: !traceable,
    fn: async () => {
      using place = new Place();
      const begin = async () => {
        await place.publish(["z", "a"]);
        writeFileSync(join(place.artifacts, "mine.txt"), "mine");
      };
      await begin();
      const all = await steps(place, inject);
      ok(all.length >= least, JSON.stringify(all));
      let killed = 0;
      for (const [call, count] of all) {
        await begin();
        const lived = await place.publish(
          ["b"],
          strace("/dev/null", [
            ...inject.filter((one) => !one.startsWith(`${call}:`)),
            `${call}:signal=KILL:when=${count}`,
          ]),
        );
        if (!lived) killed++;
        const step = `${call} ${count}`;
        // Between two renames there is no folder; the next run has it back.
        if (inject.length === 0 || existsSync(place.artifacts)) {
          deepEqual(strange(place.artifacts), ["mine.txt"], step);
          ok(["a", "b"].includes(runOf(place.artifacts).run.id), step);
        }
        await place.publish(["c"]);
        equal(runOf(place.artifacts).run.id, "c", step);
        deepEqual(strange(place.artifacts), ["mine.txt"], step);
        equal(readFileSync(join(place.artifacts, "mine.txt"), "utf8"), "mine");
        deepEqual(readdirSync(place.generations), ["former"], step);
      }
      ok(killed >= all.length / 2, `${killed} of ${all.length} kills`);
    },
  });
}

Deno.test({
  name: "a folder that cannot be exchanged gets its files one by one",
  ignore: !traceable,
  fn: async () => {
    using place = new Place();
    await place.publish(["a"]);
    const { ino } = Deno.statSync(place.artifacts);
    await place.publish(["b"], strace("/dev/null", ["renameat2:error=EBUSY"]));
    equal(Deno.statSync(place.artifacts).ino, ino);
    equal(runOf(place.artifacts).run.id, "b");
    deepEqual(strange(place.artifacts), []);
  },
});

Deno.test("publishers killed at random instants leave one run's files", async () => {
  using place = new Place();
  await place.publish(["a"]);
  let seed = 1;
  for (let round = 0; round < 15; round++) {
    seed = seed * 48271 % 2147483647;
    const process = place.start("publisher.ts", ["a", "b", "+"]);
    await new Promise((resolve) => setTimeout(resolve, 150 + seed % 100));
    process.kill("SIGKILL");
    await process.stdin.close();
    await process.output();
    deepEqual(strange(place.artifacts), [], `round ${round}`);
  }
  await place.publish(["c"]);
  deepEqual(readdirSync(place.generations), ["former"]);
});

Deno.test("what did not change stays the same file, but for one that was edited", async () => {
  using place = new Place();
  await place.publish(["a"]);
  const same = join(place.artifacts, "deep/same.txt");
  const { ino } = Deno.statSync(same);
  await place.publish(["b"]);
  equal(Deno.statSync(same).ino, ino);
  // A file that somebody edited is not taken along: that would be two of them.
  writeFileSync(same, "mine\n");
  await place.publish(["c"]);
  equal(readFileSync(same, "utf8"), "same\n");
  equal(
    readFileSync(join(place.generations, "former/deep/same.txt"), "utf8"),
    "mine\n",
  );
});

Deno.test("a result that is not in the store any more is a sentence, and nothing changes", async () => {
  using place = new Place();
  await place.publish(["a"]);
  const stat = StatCache.open(join(place.root, "stat"));
  const store = new Store(join(place.root, ".store"), stat);
  const artifacts = new Artifacts(place.artifacts, store, stat);
  const wanted = {
    reached: new Map([["one.txt", digestBytes("nobody has it")]]),
    complete: true,
  };
  const difference = artifacts.difference(wanted, artifacts.report());
  throws(
    () => artifacts.replace(wanted, difference, "{}"),
    (error) =>
      error instanceof Failed &&
      error.failure.what.startsWith('Cannot publish "one.txt"'),
  );
  equal(runOf(place.artifacts).run.id, "a");
  deepEqual(strange(place.artifacts), []);
  deepEqual(readdirSync(place.generations), []);
});

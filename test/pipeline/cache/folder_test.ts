/** A cache in a folder: what one person made, the next one has. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { honest, Liar } from "./liar.ts";
import { all, folder, forget, person } from "./people.ts";

Deno.test("run() gives to a cache what it made, and the next person runs nothing", async () => {
  using cache = folder();
  await using ann = await person();
  await using bob = await person();
  const write = { url: cache.path, mode: "read-write", name: "ann" } as const;
  deepEqual(await ann.run({ cache: write }), all("built"));
  equal(readdirSync(join(cache.path, "cas")).length, 3);
  equal(readdirSync(join(cache.path, "ac")).length, 3);
  deepEqual(await bob.run({ cache: { url: cache.path } }), all("restored"));
  equal(bob.read("artifacts/page.txt"), "page 3");
  equal(
    bob.story,
    "restored letters\nrestored count\nrestored page",
  );
  // From now on it is his as if he had made it, without the cache.
  rmSync(cache.path, { recursive: true });
  deepEqual(await bob.run(), all("reused"));
});

Deno.test("run() runs what depends on a change, and takes the rest from the cache", async () => {
  using cache = folder();
  await using ann = await person();
  await ann.run({ cache: { url: cache.path, mode: "read-write" } });
  await using bob = await person("xyz");
  deepEqual(await bob.run({ cache: { url: cache.path } }), {
    letters: "built",
    // Its input is another, which nobody had.
    count: "built",
    // Three letters, too: only when that is known can the cache be asked.
    page: "restored",
  });
  equal(bob.read("artifacts/page.txt"), "page 3");
});

Deno.test("a cache that is read is not written to, and none is asked about what is up to date", async () => {
  using cache = folder();
  await using ann = await person();
  await ann.run({ cache: { url: cache.path } });
  deepEqual(readdirSync(cache.path), []);
  const missing = join(cache.path, "missing");
  deepEqual(await ann.run({ cache: { url: missing } }), all("reused"));
  equal(ann.story, "reused letters\nreused count\nreused page");
});

Deno.test("a folder that is missing, or none, or not to be read is one warning and a miss", async () => {
  using cache = folder();
  await using ann = await person();
  const file = join(cache.path, "file");
  writeFileSync(file, "");
  for (
    const [url, seen] of [
      [join(cache.path, "missing"), /there is no such folder/],
      [file, /it is no folder/],
    ] as const
  ) {
    for (const mode of ["read", "read-write"] as const) {
      forget(ann);
      deepEqual(await ann.run({ cache: { url, mode } }), all("built"));
      const warnings = ann.story.split("\n")
        .filter((line) => line.startsWith("!"));
      equal(warnings.length, 1);
      match(warnings[0]!, seen);
    }
  }
  equal(existsSync(join(cache.path, "missing")), false);
});

Deno.test("what lies in the cache's folder is not believed", async (t) => {
  using cache = folder();
  await using ann = await person();
  await ann.run({ cache: { url: cache.path, mode: "read-write" } });
  const objects = () =>
    readdirSync(join(cache.path, "cas")).map((name) =>
      join(cache.path, "cas", name)
    );
  const records = () =>
    readdirSync(join(cache.path, "ac")).map((name) =>
      join(cache.path, "ac", name)
    );
  const spoils: { readonly [name: string]: () => void } = {
    "other bytes under the name of an object": () => {
      for (const path of objects()) {
        chmodSync(path, 0o644);
        writeFileSync(path, "x");
      }
    },
    "a link where an object belongs": () => {
      for (const path of objects()) {
        rmSync(path);
        symlinkSync("/etc/hostname", path);
      }
    },
    "a folder where an object belongs": () => {
      for (const path of objects()) {
        rmSync(path);
        mkdirSync(path);
      }
    },
    "records that were cut off": () => {
      for (const path of records()) {
        chmodSync(path, 0o644);
        truncateSync(path, 100);
      }
    },
    "a FIFO where a record belongs": () => {
      for (const path of records()) {
        rmSync(path);
        new Deno.Command("mkfifo", { args: [path] }).outputSync();
      }
    },
  };
  for (const [name, spoil] of Object.entries(spoils)) {
    await t.step(name, async () => {
      rmSync(cache.path, { recursive: true });
      mkdirSync(cache.path);
      forget(ann);
      await ann.run({ cache: { url: cache.path, mode: "read-write" } });
      spoil();
      await using bob = await person();
      deepEqual(await bob.run({ cache: { url: cache.path } }), all("built"));
      equal(bob.read("artifacts/page.txt"), "page 3");
    });
  }
});

Deno.test("a promise that is not kept decides nothing about what reads from it", async () => {
  using cache = folder();
  const write = { url: cache.path, mode: "read-write" } as const;
  await using ann = await person("abc");
  await ann.run({ cache: write });
  await using other = await person("abcd");
  await other.run({ cache: write });
  const outputOf = async (study: typeof ann) => {
    const { store } = await study.open();
    return store.latest("letters", "letters")!;
  };
  const [here, there] = [await outputOf(ann), await outputOf(other)];
  // The record of three letters says that four came of it, which the cache lacks.
  const path = join(cache.path, "ac", here.fingerprint);
  const entry = JSON.parse(readFileSync(path, "utf8"));
  entry.record.outputs = there.outputs;
  chmodSync(path, 0o644);
  writeFileSync(path, JSON.stringify(entry));
  rmSync(join(cache.path, "cas", there.outputs["a.txt"]!.digest));

  await using bob = await person("abc");
  deepEqual(await bob.run({ cache: { url: cache.path } }), {
    letters: "built",
    count: "restored",
    page: "restored",
  });
  equal(bob.read("artifacts/page.txt"), "page 3");

  // Nor where a record of one's own fits the promise.
  await using eve = await person("abcd");
  await eve.run();
  rmSync((await eve.open()).store.object(there.outputs["a.txt"]!.digest));
  eve.stage("letters", {
    params: { text: "abc", times: 1 },
    outputs: ["a.txt"],
  });
  deepEqual(await eve.run({ cache: { url: cache.path } }), {
    letters: "built",
    count: "restored",
    page: "restored",
  });
  equal(eve.read("artifacts/page.txt"), "page 3");
});

Deno.test("a stage that runs by force asks no cache, and a lost object comes back from one", async () => {
  using cache = folder();
  const { path: url } = cache;
  await using ann = await person();
  await ann.run({ cache: { url, mode: "read-write" } });
  await using bob = await person();
  await using server = new Liar(url, honest);
  deepEqual(
    await bob.run({ cache: { url: server.url }, force: ["letters"] }),
    { letters: "built", count: "restored", page: "restored" },
  );
  equal(server.asked.filter((one) => one.startsWith("GET ac/")).length, 2);
  const { store } = await bob.open();
  const { digest } = store.latest("count", "count")!.outputs["n.txt"]!;
  rmSync(store.object(digest));
  deepEqual(await bob.run({ cache: { url } }), {
    letters: "reused",
    count: "restored",
    page: "reused",
  });
});

Deno.test({
  name: "a folder in which nobody can make anything is one warning",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using ann = await person();
    // Somebody else's, whoever runs the tests.
    const cache = { url: "/sys/kernel", mode: "read-write" } as const;
    deepEqual(await ann.run({ cache }), all("built"));
    const warnings = ann.story.split("\n")
      .filter((line) => line.startsWith("!"));
    equal(warnings.length, 1);
    match(warnings[0]!, /^! cache \/sys\/kernel: .*(EPERM|EACCES|EROFS)/);
  },
});

/** A cache in a folder: what one person made, the next one has. */
import { deepEqual, equal, match } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
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
    forget(ann);
    deepEqual(
      await ann.run({ cache: { url, mode: "read-write" } }),
      all("built"),
    );
    const warnings = ann.story.split("\n").filter((line) =>
      line.startsWith("!")
    );
    equal(warnings.length, 1);
    match(warnings[0]!, seen);
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

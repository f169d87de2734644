/** The stat cache never answers with a digest that the file has no longer. */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { look, lookSlowly } from "../../../pipeline/store/inode.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";

/** When all files were last modified, as far as they tell. */
const TIME = new Date("2020-02-02T02:02:02Z");

class Folder implements Disposable {
  readonly path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "stat-" }));
  readonly cache = join(this.path, "cache");

  at(name: string): string {
    return join(this.path, name);
  }

  write(name: string, text: string): string {
    Deno.writeTextFileSync(this.at(name), text);
    // Deno sets times to the millisecond: so `edit` can put back exactly this.
    Deno.utimeSync(this.at(name), TIME, TIME);
    return this.at(name);
  }

  open(): StatCache {
    return StatCache.open(this.cache);
  }

  /** Hashes a file and saves: the next process starts with that. */
  remember(...paths: readonly string[]): void {
    const stat = this.open();
    for (const path of paths) stat.digest(path);
    stat.save();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Longer than a file needs to be trusted. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

/** Puts the old time of modification back. */
function edit(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  Deno.utimeSync(path, TIME, TIME);
}

/** Makes content unreadable without touching the file: only a cache can tell it. */
function remembers(folder: Folder, path: string): boolean {
  // A digest in the cache's file is told without reading: put another there.
  const text = Deno.readTextFileSync(folder.cache);
  const [head = "", ...lines] = text.split("\n");
  const [version, clock] = head.split("\t");
  const body = lines.map((line) => line.replace(/^[0-9a-f]{64}/, FAKE)).join(
    "\n",
  );
  Deno.writeTextFileSync(
    folder.cache,
    `${version}\t${clock}\t${digestBytes(body)}\n${body}`,
  );
  return folder.open().digest(path) === FAKE;
}

const FAKE = "f".repeat(64);

Deno.test("StatCache.digest() is what sha256sum prints", () => {
  using folder = new Folder();
  equal(
    folder.open().digest(folder.write("a", "abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

Deno.test("StatCache remembers a file that had settled, without reading it", async () => {
  using folder = new Folder();
  const path = folder.write("a", "one");
  await settle();
  folder.remember(path);
  ok(remembers(folder, path));
});

Deno.test("StatCache.linked() keeps what is known of a file that got a link, unless it was written to", async () => {
  using folder = new Folder();
  const [linked, edited] = [folder.write("a", "one"), folder.write("b", "one")];
  await settle();
  folder.remember(linked, edited);
  Deno.writeTextFileSync(edited, "two");
  const stat = folder.open();
  for (const path of [linked, edited]) {
    Deno.linkSync(path, `${path}.link`);
    stat.linked(path);
  }
  stat.save();
  equal(folder.open().digest(edited), digestBytes("two"));
  ok(remembers(folder, linked));
});

Deno.test("StatCache notices an edit of the same size with the old time put back", async () => {
  using folder = new Folder();
  const path = folder.write("a", "one");
  await settle();
  folder.remember(path);
  edit(path, "two");
  equal(folder.open().digest(path), digestBytes("two"));
});

Deno.test("StatCache notices another file under the old name, with the old size and time", async () => {
  using folder = new Folder();
  const path = folder.write("a", "one");
  const other = folder.write("b", "two");
  await settle();
  folder.remember(path);
  Deno.renameSync(other, path);
  equal(folder.open().digest(path), digestBytes("two"));
});

Deno.test("StatCache does not remember a file that was touched as late as it was hashed", () => {
  using folder = new Folder();
  const path = folder.write("a", "one");
  // As if the clock stood still, or had been set back: there is no later time
  // that the next edit must get.
  const future = new Date(Date.now() + 3_600_000);
  Deno.utimeSync(path, future, future);
  folder.remember(path);
  equal(look(folder.cache), undefined);
});

Deno.test("StatCache forgets everything when the clock was set back", async () => {
  using folder = new Folder();
  const path = folder.write("a", "one");
  await settle();
  folder.remember(path);
  const text = Deno.readTextFileSync(folder.cache);
  const later = `${Date.now() + 60_000}`;
  Deno.writeTextFileSync(folder.cache, text.replace(/\t\d+\t/, `\t${later}\t`));
  ok(!remembers(folder, path));
});

Deno.test("StatCache takes a broken cache for an empty one, wherever it is broken", async () => {
  using folder = new Folder();
  const paths = ["a", "b", "c"].map((name) => folder.write(name, name));
  await settle();
  folder.remember(...paths);
  const whole = Deno.readFileSync(folder.cache);
  fc.assert(fc.property(
    fc.nat(whole.length - 1),
    fc.oneof(fc.constant("cut"), fc.integer({ min: 1, max: 255 })),
    (at, how) => {
      const broken = how === "cut" ? whole.slice(0, at) : whole.slice();
      if (typeof how === "number") broken[at] = broken[at]! ^ how; // below the length
      Deno.writeFileSync(folder.cache, broken);
      const stat = folder.open();
      deepEqual(
        paths.map((path) => stat.digest(path)),
        ["a", "b", "c"].map((text) => digestBytes(text)),
      );
    },
  ));
});

Deno.test("StatCache.save() writes only when something changed", async () => {
  using folder = new Folder();
  folder.open().save();
  equal(look(folder.cache), undefined);
  const path = folder.write("a", "one");
  await settle();
  folder.remember(path);
  const before = look(folder.cache)?.state;
  notEqual(before, undefined);
  folder.remember(path);
  equal(look(folder.cache)?.state, before);
});

Deno.test("StatCache.save() keeps what this run did not look at", async () => {
  using folder = new Folder();
  const [one, two] = [folder.write("one", "1"), folder.write("two", "2")];
  await settle();
  folder.remember(one);
  folder.remember(two);
  ok(remembers(folder, one));
});

Deno.test("StatCache.digest() knows folders, missing files and links that lead nowhere for none", () => {
  using folder = new Folder();
  Deno.mkdirSync(folder.at("folder"));
  Deno.symlinkSync(folder.at("nowhere"), folder.at("dangling"));
  Deno.symlinkSync(folder.at("circle"), folder.at("circle"));
  folder.write("file", "");
  for (const name of ["folder", "gone", "dangling", "circle", "file/below"]) {
    equal(folder.open().digest(folder.at(name)), undefined, name);
  }
});

Deno.test("StatCache.digest() follows a link to its new target", async () => {
  using folder = new Folder();
  folder.write("one", "1");
  folder.write("two", "2");
  const path = folder.at("link");
  Deno.symlinkSync(folder.at("one"), path);
  await settle();
  folder.remember(path);
  Deno.removeSync(path);
  Deno.symlinkSync(folder.at("two"), path);
  equal(folder.open().digest(path), digestBytes("2"));
});

Deno.test("StatCache.digest() refuses files that are really outside `within`, by any link", async () => {
  using folder = new Folder();
  const inside = folder.at("inside");
  Deno.mkdirSync(inside);
  Deno.mkdirSync(folder.at("outside"));
  folder.write("outside/file", "secret");
  folder.write("inside/file", "fine");
  Deno.symlinkSync(folder.at("outside/file"), join(inside, "link"));
  Deno.symlinkSync(folder.at("outside"), join(inside, "folder"));
  Deno.symlinkSync(join(inside, "file"), join(inside, "own"));
  Deno.symlinkSync(inside, folder.at("alias"));
  await settle();
  for (const round of ["read", "remembered"]) {
    const stat = folder.open();
    const digest = (path: string, within = inside) => stat.digest(path, within);
    equal(digest(join(inside, "link")), undefined, round);
    equal(digest(join(inside, "folder/file")), undefined, round);
    equal(digest(folder.at("outside/file")), undefined, round);
    equal(digest(join(inside, "file")), digestBytes("fine"), round);
    equal(digest(join(inside, "own")), digestBytes("fine"), round);
    equal(
      digest(folder.at("alias/file"), folder.at("alias")),
      digestBytes("fine"),
      round,
    );
    equal(stat.digest(join(inside, "link")), digestBytes("secret"), round);
    stat.save();
  }
});

Deno.test("StatCache.digest() is right for names with odd characters", async () => {
  using folder = new Folder();
  const names = ["tab\there", "line\nfeed", "ü", "😀", " ", "a".repeat(250)];
  const paths = names.map((name) => folder.write(name, name));
  await settle();
  for (let round = 0; round < 2; round++) {
    folder.remember(...paths);
    const stat = folder.open();
    deepEqual(
      paths.map((path) => stat.digest(path)),
      names.map((name) => digestBytes(name)),
    );
  }
});

Deno.test("look() and lookSlowly() agree, whatever there is", () => {
  using folder = new Folder();
  const file = folder.write("file", "text");
  Deno.symlinkSync(file, folder.at("link"));
  for (const name of ["file", "link", ".", "gone", "file/below"]) {
    const [fast, slow] = [look(folder.at(name)), lookSlowly(folder.at(name))];
    equal(fast?.kind, slow?.kind, name);
    // After the device, of which the kernel tells two numbers and Deno one.
    const parts = (state?: string) => state?.split(":").slice(-4, -2);
    deepEqual(parts(fast?.state), parts(slow?.state), name);
    if (fast && slow) ok(Math.abs(fast.touched - slow.touched) <= 1000, name);
  }
  // Behind links that lead in a circle there is nothing, for whoever asks.
  Deno.symlinkSync("loop", folder.at("loop"));
  for (const way of [look, lookSlowly]) {
    equal(way(folder.at("loop/below")), undefined);
  }
});

/** What may happen to a few files between two runs. */
const deed = fc.record({
  kind: fc.constantFrom(
    "write",
    "edit",
    "replace",
    "link",
    "remove",
    "run",
    "wait",
  ),
  file: fc.nat(2),
  text: fc.constantFrom("one", "two", "six", "longer"),
});

Deno.test("StatCache agrees with reading everything, whatever happens to the files", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 30 }), async (deeds) => {
      using folder = new Folder();
      let waited = 0;
      for (const { kind, file, text } of deeds) {
        const path = folder.at(`file-${file}`);
        const there = look(path) !== undefined;
        switch (kind) {
          case "write":
            if (look(path)?.kind === "link") Deno.removeSync(path);
            folder.write(`file-${file}`, text);
            break;
          case "edit":
            if (look(path)?.kind === "file") edit(path, text);
            break;
          case "replace":
            Deno.renameSync(folder.write("new", text), path);
            break;
          case "link":
            folder.write("target", text);
            if (there) Deno.removeSync(path);
            Deno.symlinkSync(folder.at("target"), path);
            break;
          case "remove":
            if (there) Deno.removeSync(path);
            break;
          case "wait":
            if (waited++ < 2) await settle();
            break;
          case "run": {
            const stat = folder.open();
            for (let index = 0; index < 3; index++) {
              const path = folder.at(`file-${index}`);
              equal(
                stat.digest(path),
                look(path) ? digestBytes(Deno.readFileSync(path)) : undefined,
              );
            }
            stat.save();
          }
        }
      }
    }),
    { numRuns: 40 },
  );
});

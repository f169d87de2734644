/** The reader of unpacked archives: what it gives, and what it refuses. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { join } from "node:path";
import { openFolder } from "../../../pipeline/archive/folder.ts";

/** A folder with two files below different names, one in a folder of its own. */
function folder(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  Deno.mkdirSync(join(path, "b"));
  Deno.writeTextFileSync(join(path, "b", "two"), "2");
  Deno.writeTextFileSync(join(path, "a"), "one");
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

Deno.test("openFolder() gives files in the order of their names, whole", () => {
  using made = folder();
  using container = openFolder(made.path);
  deepEqual(container.members, [{ name: "a", size: 3 }, {
    name: "b/two",
    size: 1,
  }]);
  equal(new TextDecoder().decode(container.read("a")), "one");
  equal(
    container.digest("a"),
    "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
  );
});

for (
  const [name, act, because] of [
    ["a link", (at: string) => Deno.symlinkSync("a", join(at, "c")), /"c" is/],
    [
      "a name that no ZIP of ours has",
      (at: string) => Deno.writeTextFileSync(join(at, "c\\d"), ""),
      /the name "c\\d"/,
    ],
  ] as const
) {
  Deno.test(`openFolder() refuses ${name}`, () => {
    using made = folder();
    act(made.path);
    throws(() => openFolder(made.path), because);
  });
}

Deno.test("a container refuses names that are not there, what is too large, and what changes", () => {
  using made = folder();
  using container = openFolder(made.path);
  throws(() => container.read("c"), /no member "c"/);
  throws(() => container.read("a", 2), /"a" has 3 bytes/);
  for (const other of ["once", "on"]) {
    Deno.writeTextFileSync(join(made.path, "a"), other);
    throws(() => container.read("a"), /"a" changes while it is read/);
  }
});

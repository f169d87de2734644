/** Real paths, of one and of many. */
import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { realPath, realPaths } from "../../../pipeline/store/path.ts";

Deno.test("realPaths() says of each what realPath() says", async () => {
  const root = await Deno.makeTempDir({ prefix: "path-" });
  try {
    Deno.mkdirSync(`${root}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${root}/a/file`, "");
    Deno.symlinkSync(`${root}/a`, `${root}/folder`);
    Deno.symlinkSync("../file", `${root}/a/b/link`);
    Deno.symlinkSync("nowhere", `${root}/a/broken`);
    Deno.symlinkSync("loop", `${root}/loop`);
    const part = fc.constantFrom(
      ...["a", "b", "file", "folder", "link", "broken", "loop", "gone"],
      ...[".", "..", ""],
    );
    const path = fc.array(part, { maxLength: 5 })
      .map((parts) => [root, ...parts].join("/"));
    const paths = fc.array(
      fc.oneof(path, fc.constantFrom("/", "/tmp", "/gone", "x", "")),
    );
    fc.assert(
      fc.property(paths, (paths) => {
        deepEqual(realPaths(paths), paths.map(realPath));
      }),
      { numRuns: 500 },
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/**
 * `deno task test [ROOM…] [--filter WORDS]`: the tests of some rooms, or all of
 * them, and at the end what was skipped, and why.
 *
 * A room is a folder below `test/` by its name (`store`, `stages/figures`) or by
 * its path. Everything else on the command line is for `deno test`.
 */
import { ASKED, LIST } from "./rig/skip.ts";

const root = new URL("..", import.meta.url).pathname;

/** All folders below `test/` that hold tests, relative to it. */
function rooms(folder = ""): string[] {
  const entries = [...Deno.readDirSync(`${root}test/${folder}`)];
  const below = entries.filter(({ isDirectory }) => isDirectory)
    .flatMap(({ name }) => rooms(folder === "" ? name : `${folder}/${name}`));
  const own = folder !== "" &&
    entries.some(({ name }) => name.endsWith("_test.ts"));
  return own ? [folder, ...below] : below;
}

/** Where the tests of a room are: its folder, or several that bear the name. */
function places(room: string): string[] {
  const path = room.replace(/^test\//, "").replace(/\/$/, "");
  return rooms().filter((folder) =>
    folder === path || folder.endsWith(`/${path}`) ||
    folder.startsWith(`${path}/`)
  ).map((folder) => `test/${folder}/`);
}

const asked: string[] = [];
const options: string[] = [];
for (let at = 0; at < Deno.args.length; at++) {
  const word = Deno.args[at]!;
  if (!word.startsWith("-")) asked.push(word);
  else {
    options.push(word);
    if (word === "--filter") options.push(Deno.args[++at] ?? "");
  }
}

const paths = asked.flatMap((room) => {
  if (room.endsWith(".ts")) return [`test/${room.replace(/^test\//, "")}`];
  const found = places(room);
  if (found.length === 0) {
    console.error(
      `error: No room of test/ is called "${room}"\n  | rooms: ${
        rooms().join(", ")
      }`,
    );
    Deno.exit(2);
  }
  return found;
});

const list = Deno.makeTempFileSync({ prefix: "skipped-" });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "--allow-all",
    "--parallel",
    ...options,
    ...(paths.length === 0 ? ["test/"] : new Set(paths)),
  ],
  cwd: root,
  env: { [LIST]: list, [ASKED]: asked.join(" ") },
}).spawn().status;

const skipped = [
  ...new Set(Deno.readTextFileSync(list).split("\n").filter(Boolean)),
];
Deno.removeSync(list);
if (skipped.length > 0) {
  console.log(`skipped here, and why:\n  ${skipped.sort().join("\n  ")}`);
}
Deno.exit(code);

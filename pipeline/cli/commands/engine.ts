/** `engine`: which engine a paper has inside, and a newer one for it. */
import { fail, Failed, unwrap } from "../../failure.ts";
import type { Project } from "../../project/project.ts";
import { updateLines } from "../../render/update.ts";
import { readManifest } from "../../repository/manifest.ts";
import { openSource } from "../../repository/source.ts";
import {
  applyUpdate,
  EDITS,
  editsOf,
  isEmpty,
  planUpdate,
} from "../../repository/update.ts";
import { counted } from "../../text/quantity.ts";
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";

/** The command `engine`. */
export default async function engineCommand<Config>(
  { root }: Project<Config>,
  parsed: Parsed,
  { out, err, outStyle }: Console,
): Promise<number> {
  const manifest = unwrap(readManifest(root));
  const [action, from = manifest.from] = parsed.operands;
  if (action === undefined) {
    const edits = editsOf(root, manifest);
    out(
      [
        `engine ${manifest.version}, ${
          counted(Object.keys(manifest.files).length, "file")
        }` +
        (edits.length === 0 ? ", as they came" : ""),
        ...(edits.length === 0 ? [] : [`${counted(edits.length, "edit")}:`]),
        ...edits.map(({ kind, path }) => `  ${kind} ${path}`),
        "",
      ].join("\n"),
    );
    return 0;
  }
  if (action !== "update") {
    throw new Failed({
      kind: "usage",
      what: `Cannot run engine ${action}`,
      seen: "allowed: update",
      hint: "see deno task engine --help",
    });
  }
  if (from === undefined) {
    unwrap(fail({
      kind: "engine",
      what: "Cannot update the engine",
      seen: "it is not known where a newer one is",
      hint:
        "name a folder or repository of Facsimile: deno task engine update ../facsimile",
    }));
    return 2;
  }
  const here = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  using source = unwrap(await openSource(from, here));
  const update = unwrap(planUpdate(root, source.folder, source.from));
  if (isEmpty(update)) {
    out(`engine ${update.version.now} is here already: nothing changed\n`);
    return 0;
  }
  const dry = parsed.has("dry-run");
  if (update.edits.length > 0 && !dry && !parsed.has("overwrite")) {
    throw new Failed({
      kind: "edited",
      what: "Cannot update the engine",
      seen: `${counted(update.edits.length, "file")} of it ${
        update.edits.length === 1 ? "is" : "are"
      } not as they came:\n${
        update.edits.map(({ kind, path }) => `${kind} ${path}`).join("\n")
      }`,
      hint: `--overwrite replaces them, and keeps yours in ${EDITS}/`,
    });
  }
  if (!dry) applyUpdate(root, source.folder, update);
  out(updateLines(update, dry, outStyle).join("\n") + "\n");
  return dry ? 0 : await consequences(root, out, err);
}

/** What would run again with the newer engine, as it says itself. */
async function consequences(
  root: string,
  out: Console["out"],
  err: Console["err"],
): Promise<number> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "status"],
    cwd: root,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code === 0 || code === 3) {
    out(`\ndeno task status now says:\n\n${text(stdout)}`);
    return 0;
  }
  err(text(stderr));
  out(
    "\nThe stages do not fit the newer engine yet: deno task check says where\n",
  );
  return 1;
}

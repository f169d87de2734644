/** Whether the types of modules fit together, as Deno says. */
import type { Failure } from "../failure.ts";
import { fileUrl } from "./module.ts";

/** Mistakes that are shown: the rest often follows from the first. */
const SHOWN = 3;

/**
 * Checks the types of modules, named relative to the root, with all that they import;
 * nothing if they fit, or if that cannot be told. Deno remembers what it has checked:
 * for modules that nobody touched it answers in 20 ms, so nothing is remembered here.
 */
export async function checkTypes(
  root: string,
  modules: readonly string[],
): Promise<Failure | undefined> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--frozen", ...modules],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr)
    .replaceAll(`${fileUrl(root)}/`, "");
  const mistakes = text.split(/\n\s*\n/).filter((part) =>
    /^(error: )?TS\d+ \[ERROR\]/.test(part)
  );
  // It may have failed for want of a package's types: a run does not need those.
  if (mistakes.length === 0) return;
  const more = mistakes.length - SHOWN;
  return {
    kind: "types",
    what: mistakes.length === 1
      ? "The types of changed stages have a mistake"
      : `The types of changed stages have ${mistakes.length} mistakes`,
    seen: [
      ...mistakes.slice(0, SHOWN).map((part) => part.replace(/^error: /, "")),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join("\n"),
    hint: "mend them, or run nevertheless with --no-check",
  };
}

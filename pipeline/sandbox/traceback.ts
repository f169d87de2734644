/** What a Python's error means to whoever declared the stage. */
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Failure } from "../failure.ts";
import { absolute, within } from "../store/path.ts";
import { codeFolder, type Confinement } from "./confinement.ts";

/**
 * The place of an error in the project's own code, and the declaration that is
 * missing: a module that lies there and is not declared cannot be read, and
 * neither can a file.
 */
export function explainTraceback(
  tail: readonly string[],
  confinement: Pick<Confinement, "root" | "runs" | "environment" | "folder">,
): Pick<Failure, "hint"> & { readonly place?: string } {
  const { runs } = confinement;
  if (runs.kind !== "command") return {};
  const places = tail.flatMap((line) => {
    const [, path = "", at] = /^\s*File "([^"]+)", line (\d+)/.exec(line) ?? [];
    const own = inProject(path, confinement);
    return own === undefined ? [] : [`${own}:${at}`];
  });
  // What the helper was asked wrongly stands where it was asked.
  const place = places.findLast((one) => !/(^|\/)facsimile\.py:/.test(one)) ??
    places.at(-1);
  const error = tail.findLast((line) => /^\w*Error\b/.test(line)) ?? "";
  const hint = missing(error, { ...confinement, runs });
  return {
    ...(place !== undefined && { place }),
    ...(hint !== undefined && { hint }),
  };
}

/** A path in the project, or in the copy of its code, from the root; without `..`. */
function inProject(
  path: string,
  { root, folder }: Pick<Confinement, "root" | "folder">,
): string | undefined {
  if (!path.startsWith("/")) return undefined;
  const whole = absolute(path, "/");
  for (const base of [codeFolder({ folder }), root]) {
    if (within(whole, base)) return relative(base, whole);
  }
}

function missing(
  error: string,
  { root, folder, runs, environment }:
    & Pick<Confinement, "root" | "folder" | "environment">
    & { readonly runs: Extract<Confinement["runs"], { kind: "command" }> },
): string | undefined {
  const [, module] = /^ModuleNotFoundError: No module named '([\w.]+)'/
    .exec(error) ?? [];
  if (module !== undefined) {
    const name = module.split(".")[0] ?? module;
    const file = (runs.code ?? [])
      .flatMap((path) => [
        join(dirname(path), `${name}.py`),
        join(dirname(path), name, "__init__.py"),
      ])
      .find((path) => existsSync(join(root, path)));
    if (file !== undefined) return `add "${file}" to the stage's code`;
    return environment
      ? `add ${name} with its version and digests to ${runs.environment?.lock}`
      : `give the stage an environment that has ${name}: environment = { lock = "requirements.txt" }`;
  }
  const [, path = ""] =
    /^(?:PermissionError|FileNotFoundError): .*: '([^']+)'/.exec(error) ?? [];
  const own = inProject(path, { root, folder });
  if (own === undefined || !existsSync(join(root, own))) return undefined;
  return /\.(py|R|jl)$/.test(own)
    ? `add "${own}" to the stage's code`
    : `declare it as an input: { file = "${own}" }, and take its path from there`;
}

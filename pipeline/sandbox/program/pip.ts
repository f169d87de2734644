/** pip: what it says when it cannot install, and where it gets packages here. */
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { distinct, within } from "../../store/path.ts";

/** What pip wrote before it gave up, as what was found and what to do. */
export function pipTrouble(
  said: string,
  { lock, python }: { readonly lock: string; readonly python: string },
): { readonly seen: string; readonly hint: string } {
  const again = `lock it for ${python}: pip-compile --generate-hashes`;
  const other =
    /^ *(\S+) from .*\n(?: *(?:Expected|or) .*\n)* *Got +([0-9a-f]{12})/m.exec(
      said,
    );
  if (other) {
    const [, name, digest] = other;
    return {
      seen: `${name} has here the digest ${digest}…, and ${lock} none like it`,
      hint:
        `${again}, since a package's files differ by system and Python; or somebody changed the package`,
    };
  }
  const missing =
    /Could not find a version that satisfies the requirement (\S+).* \(from versions: (.*)\)/
      .exec(said);
  if (missing) {
    const [, name, versions = "none"] = missing;
    return {
      seen: `pip finds no ${name} for ${python}${
        versions === "none"
          ? ", nor any other version"
          : `; there are ${versions}`
      }`.slice(0, 500),
      hint: versions === "none"
        ? `look whether the index of packages can be reached (PIP_INDEX_URL names another one); else ${again}`
        : `correct its version in ${lock}`,
    };
  }
  const lines = said.trim().split("\n");
  const told = lines.findLast((line) => /^\s*(ERROR|Error)/.test(line)) ??
    lines.at(-1) ?? "";
  return {
    seen: told.trim().slice(0, 500),
    hint:
      `look at ${lock}; by hand: python3 -m venv try && try/bin/python -m pip install --no-deps --require-hashes -r ${lock}`,
  };
}

/** Settings of pip that say where packages are, and nothing of who asks for them. */
const PLACES =
  /^(index-url|extra-index-url|find-links|no-index|cert|constraint|trusted-host|retries|timeout|default-timeout)$/;

/** Variables with which pip finds packages as it does here, and what it then reads. */
interface Settings {
  readonly env: { readonly [name: string]: string };
  readonly paths: readonly string[];
}

/**
 * pip's settings here, from its files and the environment, as variables. Addresses
 * with a name or a password are left out, and so are the files: they may have some.
 */
export function pipSettings(python: string): Settings {
  const { success, stdout } = new Deno.Command(python, {
    args: ["-m", "pip", "config", "list"],
    stdin: "null",
    stderr: "null",
  }).outputSync();
  // `global.index-url='https://…'`; what comes from the environment has the last word.
  const lines = success ? new TextDecoder().decode(stdout).split("\n") : [];
  const own = (line: string) => line.startsWith(":env:");
  const values = new Map(
    [...lines.filter((line) => !own(line)), ...lines.filter(own)].flatMap(
      (line): [string, string][] => {
        const [, key = "", quoted = ""] =
          /^(?:global|install|:env:)\.([a-z-]+)=['"](.*)['"]$/.exec(line) ?? [];
        const value = quoted.replaceAll("\\n", " ").trim();
        return PLACES.test(key) && !/:\/\/[^/\s]*@/.test(value)
          ? [[key, value]]
          : [];
      },
    ),
  );
  return {
    env: {
      PIP_CONFIG_FILE: "/dev/null",
      ...Object.fromEntries(
        [...values].map(([key, value]) => [
          `PIP_${key.replaceAll("-", "_").toUpperCase()}`,
          value,
        ]),
      ),
    },
    paths: distinct(
      [...values.values()].flatMap((value) => value.split(/\s+/)).flatMap(
        (word) => {
          const path = word.replace(/^file:\/\//, "");
          if (!path.startsWith("/") || !existsSync(path)) return [];
          // An index's pages lead to files beside it; a home is not beside it.
          const around = dirname(path);
          const whole = basename(path) === "simple" &&
            !within(Deno.env.get("HOME") ?? "/", around);
          return [whole ? around : path];
        },
      ),
    ),
  };
}

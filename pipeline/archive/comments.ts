/**
 * The comments of a configuration, as descriptions of its settings: so that a
 * reason stands once, beside its value. A line is enough to read them, and the
 * verifier that every archive carries has no parser of TOML.
 */

/** The comment at each setting of a TOML text, by the setting's path; empty where it has none. */
export function describedSettings(text: string): ReadonlyMap<string, string> {
  const described = new Map<string, string>();
  let table = "";
  let above: string[] = [];
  let ending: string | undefined; // of a value that goes over several lines
  for (const line of text.split("\n")) {
    if (ending !== undefined) {
      if (line.includes(ending)) ending = undefined;
      continue;
    }
    const [, head] = /^\s*\[\[?([^\]]+)\]/.exec(line) ?? [];
    const [, key, value = ""] = /^\s*([\w-]+|"[^"]*")\s*=\s*(.*)$/.exec(line) ??
      [];
    const [, comment] = /^\s*#\s?(.*)$/.exec(line) ?? [];
    if (comment !== undefined) above.push(comment.trim());
    else {
      if (head !== undefined) table = head.trim();
      else if (key !== undefined) {
        const path = [table, key.replaceAll('"', "")].filter(Boolean).join(".");
        const beside = /^[^"#]*(?:"[^"]*"[^"#]*)*#\s?(.*)$/.exec(value)?.[1];
        described.set(path, [...above, beside ?? ""].join(" ").trim());
        ending = unfinished(value);
      }
      above = [];
    }
  }
  return described;
}

/** What ends a value that does not end on its line. */
function unfinished(value: string): string | undefined {
  for (const quotes of ['"""', "'''"]) {
    if (value.startsWith(quotes)) {
      return value.includes(quotes, quotes.length) ? undefined : quotes;
    }
  }
  return /^\[[^\]]*$/.test(value) ? "]" : undefined;
}

/**
 * The description of a parameter: that of the setting whose path it is or ends,
 * or which its own name ends with, if there is one such setting and no other.
 */
export function describe(
  described: ReadonlyMap<string, string>,
  parameter: string,
): string | undefined {
  const ends = (long: string, short: string) =>
    long === short || long.endsWith(`.${short}`);
  const meant = [...described.keys()].filter((path) =>
    ends(path, parameter) || (path.includes(".") && ends(parameter, path))
  );
  // What varies is named by the path of another setting.
  const own = meant.filter((path) =>
    !meant.some((other) => other !== path && ends(path, other))
  );
  const [path] = own;
  return own.length === 1 && path !== undefined
    ? described.get(path) || undefined
    : undefined;
}

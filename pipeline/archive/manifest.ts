/** `manifest-sha256.txt`: every other file's digest, as `sha256sum -c` reads it. */

/** Its name in an archive. */
export const MANIFEST = "manifest-sha256.txt";

/** The text for files in the order of their names. */
export function printManifest(
  files: Iterable<readonly [name: string, digest: string]>,
): string {
  return [...files].map(([name, digest]) => `${digest}  ${name}\n`).join("");
}

/** Its lines; a text where the first broken one is named. */
export function parseManifest(text: string): Map<string, string> | string {
  const files = new Map<string, string>();
  const lines = text.split("\n");
  if (lines.pop() !== "") return "its last line is cut off";
  for (const [index, line] of lines.entries()) {
    const [, digest, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (digest === undefined || name === undefined) {
      return `line ${index + 1} is broken`;
    }
    if (files.has(name)) return `"${name}" stands in it twice`;
    files.set(name, digest);
  }
  return files;
}

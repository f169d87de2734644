/** Which names a file in an archive may have: those that mean the same everywhere. */

/** Devices of Windows, which are no files whatever stands behind their names. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** In bytes: no file system that matters takes more. */
const LONGEST_PART = 255;

/** What is wrong with a name; `undefined` if nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > 1000) return "is too long";
  // deno-lint-ignore no-control-regex -- they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "has control characters";
  if (/[\\:*?"<>|]/.test(name)) return "has characters that Windows refuses";
  if (name.startsWith("/")) return "is an absolute path";
  if (name !== name.normalize("NFC")) return "is not in Unicode's normal form";
  for (const part of name.split("/")) {
    if (part === "") return "names a folder";
    if (new TextEncoder().encode(part).length > LONGEST_PART) {
      return "is too long";
    }
    if (part === "." || part === "..") return "leads out of the archive";
    if (DEVICE.test(part) || /[. ]$/.test(part)) {
      return "means a device on Windows";
    }
  }
}

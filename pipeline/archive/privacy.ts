/** What must not leave the machine: secrets, and the names of people and places on it. */

/** What was found in a file. */
interface Leak {
  readonly what: string;
  readonly line: number;
}

/** Forms of secrets that services give out. */
const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["an access key of AWS", /\b(AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})/],
  ["a token of GitLab", /\bglpat-[\w-]{20,}/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a token of Slack", /\bxox[abprs]-[\w-]{20,}/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{30,}\b/],
  ["an API key", /\bsk-[A-Za-z0-9_-]{32,}/],
  [
    "a token",
    /\b[A-Z_]*(TOKEN|SECRET|PASSWORD|API_KEY)\s*=\s*["']?[A-Za-z0-9+/_-]{20,}/,
  ],
];

/** Names that say nothing about anybody. */
const COMMON = new Set([
  "admin",
  "build",
  "daemon",
  "localhost",
  "nobody",
  "root",
  "runner",
  "ubuntu",
  "user",
]);

/** The machine's own names, as far as they are somebody's. */
export interface Machine {
  /** Absolute folders: the project, the home. */
  readonly folders: readonly string[];
  /** User and host. */
  readonly names: readonly string[];
}

/** The first leak in a text; `undefined` if there is none. */
export function leak(
  text: string,
  { folders, names }: Machine,
): Leak | undefined {
  const at = (index: number) => text.slice(0, index).split("\n").length;
  for (const [what, pattern] of SECRETS) {
    const found = pattern.exec(text);
    if (found) return { what, line: at(found.index) };
  }
  for (const folder of folders) {
    // A short folder such as /root is a word of its own.
    if (folder.split("/").length < 3) continue;
    const index = text.indexOf(folder);
    if (index >= 0) return { what: `the folder ${folder}`, line: at(index) };
  }
  for (const name of names) {
    if (name.length < 4 || COMMON.has(name.toLowerCase())) continue;
    const pattern = new RegExp(
      `(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`,
    );
    const found = pattern.exec(text);
    if (found) return { what: `the name "${name}"`, line: at(found.index) };
  }
}

/** Whether bytes are a text: no zero byte at their beginning. */
export function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 8000).includes(0);
}

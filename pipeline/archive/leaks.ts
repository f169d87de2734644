/** Names, paths and secrets of this machine in what is to be archived. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import type { Failure } from "../failure.ts";
import type { Piece } from "./release.ts";
import { isText, leak, type Machine } from "./privacy.ts";

/** Looks through all texts; binary results are made of inputs that were texts. */
export function leaks(
  root: string,
  pieces: ReadonlyMap<string, Piece>,
): Failure | undefined {
  const machine: Machine = {
    folders: [...new Set([root, homedir()])],
    names: [userInfo().username, hostname()],
  };
  for (const [name, piece] of pieces) {
    let text: string;
    if (piece.kind === "text") text = piece.text;
    else {
      if (!isText(beginning(piece.path))) continue;
      if (statSync(piece.path).size > 64 * 2 ** 20) continue;
      text = readFileSync(piece.path, "utf8");
    }
    const found = leak(text, machine);
    if (found) {
      return {
        kind: "leak",
        what: `Cannot archive "${name}"`,
        seen: `line ${found.line} has ${found.what}`,
        hint: "take it out, run again, and publish",
      };
    }
  }
}

function beginning(path: string): Uint8Array {
  const bytes = new Uint8Array(8000);
  const file = openSync(path, "r");
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

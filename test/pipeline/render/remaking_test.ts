/** What is told while a level of an archive is tried. */
import { deepEqual } from "node:assert/strict";
import {
  type Remaking,
  remakingTeller,
} from "../../../pipeline/render/remaking.ts";

const LEVEL = { level: 4, name: "models" };
const making = (
  done: number,
  left: number,
  ...running: string[]
): Remaking => ({
  kind: "making",
  running,
  done,
  of: 9,
  left,
});

Deno.test("remakingTeller() paints one line over on a terminal, and leaves none", () => {
  const written: string[] = [];
  const tell = remakingTeller({
    write: (text) => void written.push(text),
    terminal: true,
    columns: () => 60,
    now: () => 0,
  });
  tell(LEVEL, { kind: "asking" });
  tell(LEVEL, making(2, 94, "a[x=1]", "b"));
  tell(LEVEL, making(2, 94, "a[x=1]", "b"));
  tell(LEVEL, making(3, 0, "\x1b[2J"));
  tell(LEVEL, { kind: "evaluating", done: 1, of: 3 });
  tell();
  deepEqual(written, [
    "\rlevel 4  models: asking the archive's code for its facts\x1b[K",
    "\rlevel 4  models: making a[x=1] and 1 more, 2 of 9 done, ab…\x1b[K",
    "\rlevel 4  models: making \\x1b[2J, 3 of 9 done\x1b[K",
    "\rlevel 4  models: evaluating by the verifier's own code, 1 …\x1b[K",
    "\r\x1b[K",
  ]);
});

Deno.test("remakingTeller() writes a line for each that is done elsewhere, and after a long silence", () => {
  const written: string[] = [];
  let now = 0;
  const tell = remakingTeller({
    write: (text) => void written.push(text),
    terminal: false,
    columns: () => 60,
    now: () => now,
  });
  tell(LEVEL, making(0, 100, "a"));
  tell(LEVEL, making(0, 99, "a"));
  now = 31;
  tell(LEVEL, making(0, 69, "a"));
  tell(LEVEL, making(1, 60, "b"));
  tell();
  deepEqual(written, [
    "level 4  models: making a, 0 of 9 done, about 1 min 40 s left\n",
    "level 4  models: making a, 0 of 9 done, about 1 min 10 s left\n",
    "level 4  models: making b, 1 of 9 done, about 1 min left\n",
  ]);
});

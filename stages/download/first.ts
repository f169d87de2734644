/** Fetches a file of which nothing is known yet: no size, and no digest. */
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";
import { type Answer, ask, stalled, troubleOf } from "./answer.ts";
import { PATIENCE, type Patience } from "./mirror.ts";

/** A file as a place gave it. */
interface First {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly from: string;
}

/** The largest that is taken: it stands in memory as a whole. */
const LARGEST = 2_000_000_000;

/** The file of the first place that has it; or, by place, why none has. */
export async function first(
  name: string,
  places: readonly string[],
  patience: Patience = PATIENCE,
): Promise<First | { readonly story: string }> {
  const tried: string[] = [];
  for (const place of new Set(places)) {
    const from = isAbsolute(place)
      ? join(place, name)
      : `${place.replace(/\/+$/, "")}/${name}`;
    let why = "";
    for (let attempt = 0; attempt < patience.attempts; attempt++) {
      const found = await attempted(from, patience);
      if (found instanceof Uint8Array) {
        return {
          bytes: found,
          sha256: createHash("sha256").update(found).digest("hex"),
          from,
        };
      }
      why = found.why;
      if (found.kind !== "transient") break;
      await new Promise((resolve) =>
        setTimeout(resolve, patience.pause * 2 ** attempt)
      );
    }
    tried.push(`${place}: ${why}`);
  }
  return { story: tried.join("; ") };
}

/** All of the file, or why not. */
async function attempted(
  from: string,
  { silence }: Patience,
): Promise<Uint8Array<ArrayBuffer> | Exclude<Answer, { kind: "body" }>> {
  const clock = stalled(silence);
  try {
    const answer = await ask(from, 0, clock);
    if (answer.kind !== "body") return answer;
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of answer.body) {
      clock.reset();
      pieces.push(piece);
      length += piece.length;
      if (length > LARGEST) {
        return { kind: "wrong", why: `gives more than ${LARGEST} bytes` };
      }
    }
    const whole = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  } catch (error) {
    return troubleOf(error);
  } finally {
    clock.stop();
  }
}

/**
 * One request over HTTP and its answer, with a secret that must not get out: no
 * redirect is followed, so that it never reaches another host, and no message
 * repeats it.
 */
import { Buffer } from "node:buffer";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { createReadStream } from "node:fs";
import { fail, type Failure, ok, type Result } from "../../failure.ts";

/** What is sent. */
export interface Question {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: URL;
  readonly token: string;
  readonly body?:
    | { readonly kind: "json"; readonly text: string }
    | { readonly kind: "file"; readonly path: string; readonly size: number };
  /** Told how many bytes of the body went out, in all. */
  readonly sent?: (bytes: number) => void;
}

/** What came back, read to its end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: number | undefined;
  /** Where a redirect points to, without its query. */
  readonly location: string | undefined;
}

/** Waiting between attempts, in milliseconds; a test waits for less. */
export interface Patience {
  readonly attempts: number;
  readonly delay: number;
  /** Without a single byte for so long, the other side counts as gone. */
  readonly silence: number;
}

export const PATIENCE: Patience = {
  attempts: 5,
  delay: 1_000,
  silence: 120_000,
};

/** More than any answer of such an interface; the rest would only be in the way. */
const MOST_TEXT = 4 * 2 ** 20;

/** Answers that are worth another attempt, of a request that may be made twice. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends a request, again after a while where the network or the server failed
 * and a second request does no harm (`POST` is sent once).
 */
export async function exchange(
  question: Question,
  patience: Patience,
): Promise<Result<Answer>> {
  const attempts = question.method === "POST" ? 1 : patience.attempts;
  for (let attempt = 1;; attempt++) {
    const answer = await once(question, patience.silence);
    const passing = answer.ok
      ? PASSING.has(answer.value.status)
      : answer.failure.kind === "unreachable";
    if (!passing || attempt === attempts) return answer;
    const asked = answer.ok ? answer.value.retryAfter : undefined;
    const wait = asked === undefined
      ? patience.delay * 2 ** (attempt - 1)
      : Math.min(asked, 60) * patience.delay;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

function once(
  { method, url, token, body, sent }: Question,
  silence: number,
): Promise<Result<Answer>> {
  const send = url.protocol === "https:" ? secureRequest : plainRequest;
  const length = body?.kind === "file"
    ? body.size
    : body && new TextEncoder().encode(body.text).length;
  return new Promise((resolve) => {
    const lost = (error: Error) =>
      resolve(fail(unreachable(url, error, token)));
    const request = send(url, {
      method,
      timeout: silence,
      agent: false, // few requests, far apart: no connection is kept
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        "user-agent": "facsimile",
        ...(body && {
          "content-type": body.kind === "file"
            ? "application/octet-stream"
            : "application/json",
          "content-length": length,
        }),
      },
    }, (response) => {
      const pieces: Uint8Array[] = [];
      let size = 0;
      response.on("data", (piece: Uint8Array) => {
        size += piece.length;
        if (size <= MOST_TEXT) pieces.push(piece);
      });
      response.on("error", lost);
      response.on("end", () =>
        resolve(ok({
          status: response.statusCode ?? 0,
          text: new TextDecoder().decode(Buffer.concat(pieces)),
          retryAfter: seconds(response.headers["retry-after"]),
          location: place(response.headers.location, url),
        })));
    });
    request.on("error", lost);
    request.on(
      "timeout",
      () => request.destroy(new Error(`no answer for ${silence / 1000} s`)),
    );
    if (body?.kind !== "file") {
      request.end(body?.text);
      return;
    }
    let bytes = 0;
    const file = createReadStream(body.path, { highWaterMark: 2 ** 18 });
    file.on("data", (piece) => sent?.(bytes += piece.length));
    file.on("error", (error) => request.destroy(error));
    file.pipe(request);
  });
}

function unreachable(url: URL, error: Error, token: string): Failure {
  const code = (error as NodeJS.ErrnoException).code;
  return {
    kind: "unreachable",
    what: `Cannot reach ${url.host}`,
    seen: (error.message || code || "no answer").replaceAll(token, "…"),
    hint: "run the command again: it continues where it stopped",
  };
}

function seconds(header: string | undefined): number | undefined {
  const value = Number(header);
  return header !== undefined && value >= 0 ? value : undefined;
}

function place(header: string | undefined, base: URL): string | undefined {
  if (header === undefined || !URL.canParse(header, base)) return header;
  const { origin, pathname } = new URL(header, base);
  return origin + pathname;
}

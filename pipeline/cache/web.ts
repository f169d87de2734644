/**
 * A cache behind a web server: GET, HEAD and PUT of `/cas/<sha256>` and
 * `/ac/<fingerprint>`, as Bazel's clients speak. Nobody is followed anywhere, and
 * whoever does not answer in time is not asked again.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import {
  type Incoming,
  type Key,
  type Outgoing,
  type Transport,
  Trouble,
} from "./transport.ts";

/** What a request needs to be answered: a token, or a signature over all of it. */
export type Signer = (
  request: {
    readonly method: string;
    readonly url: string;
    /** The SHA-256 of what is sent. */
    readonly sha256?: string;
    readonly headers: Headers;
  },
) => Promise<Headers> | Headers;

/** Below this a file is sent as one piece, which is several times as fast. */
const WHOLE = 1 << 20;

/** Bytes a millisecond of a slow line. */
const SLOW = 64;

/** A bucket takes nothing whose length it is not told, and `fetch` tells that of pieces in memory only. */
const LARGEST_PIECE = 1 << 29;

/** A cache behind a web server. */
export class Web implements Transport {
  constructor(
    readonly name: string,
    private readonly base: string,
    private readonly sign: Signer,
    /** Milliseconds until an answer begins. */
    private readonly patience: number,
    readonly unlisted: string,
    /** Whether it takes what comes in chunks. */
    private readonly chunks: boolean,
  ) {}

  async get(key: Key, signal: AbortSignal): Promise<Incoming | undefined> {
    const response = await this.#request("GET", key, signal);
    if (!response) return undefined;
    const length = response.headers.get("content-length");
    const encoded = response.headers.has("content-encoding");
    return {
      size: length === null || encoded ? undefined : Number(length),
      body: response.body ?? new Blob([]).stream(),
    };
  }

  async has(key: Key, signal: AbortSignal): Promise<boolean> {
    const response = await this.#request("HEAD", key, signal);
    await response?.body?.cancel();
    return response !== undefined;
  }

  async put(key: Key, content: Outgoing, signal: AbortSignal): Promise<void> {
    const size = content.kind === "file"
      ? content.size
      : new TextEncoder().encode(content.text).length;
    const body = content.kind === "text"
      ? content.text
      : size < (this.chunks ? WHOLE : LARGEST_PIECE)
      ? readFileSync(content.path)
      : undefined;
    if (body === undefined && !this.chunks) {
      throw new Trouble(
        "a result is larger than what can be given to a bucket",
      );
    }
    const headers = new Headers({ "content-type": "application/octet-stream" });
    // Of one piece nobody says how far it is: it has the time of a slow line.
    const alone = body === undefined ? 0 : size / SLOW;
    const moved = { at: performance.now() + alone };
    const response = await this.#send("PUT", key, signal, {
      headers,
      body: body ?? stream((content as { path: string }).path, moved),
      moved,
    }, key.startsWith("cas/") ? key.slice("cas/".length) : undefined);
    await response.body?.cancel();
    const { status } = response;
    // Somebody was first; of an object that is the same.
    if (response.ok || status === 409 || status === 412) return;
    throw refusal(status);
  }

  /** Asks for something that is there, or not. */
  async #request(
    method: "GET" | "HEAD",
    key: Key,
    signal: AbortSignal,
  ): Promise<Response | undefined> {
    const headers = new Headers({ "accept-encoding": "identity" });
    const response = await this.#send(method, key, signal, { headers });
    if (response.status === 200) return response;
    await response.body?.cancel().catch(() => {});
    if (response.status === 404 || response.status === 410) return undefined;
    throw refusal(response.status);
  }

  async #send(
    method: string,
    key: Key,
    signal: AbortSignal,
    { headers, body, moved }: {
      readonly headers: Headers;
      readonly body?: BodyInit;
      /** When the body was, or will have been, on its way. */
      readonly moved?: { readonly at: number };
    },
    sha256?: string,
  ): Promise<Response> {
    const url = `${this.base}/${key}`;
    const stop = new AbortController();
    const began = performance.now();
    let late = false;
    const timer = setInterval(() => {
      if (performance.now() - Math.max(began, moved?.at ?? 0) < this.patience) {
        return;
      }
      late = true;
      stop.abort();
    }, Math.min(100, this.patience / 4));
    try {
      return await fetch(url, {
        method,
        headers: await this.sign({
          method,
          url,
          headers,
          ...(sha256 !== undefined && { sha256 }),
        }),
        ...(body !== undefined && { body }),
        // It would take the token, and us, anywhere.
        redirect: "manual",
        signal: AbortSignal.any([signal, stop.signal]),
      });
    } catch (error) {
      if (signal.aborted) throw new Trouble("there was no time left for it");
      if (late) {
        throw new Trouble(
          `it does not answer within ${this.patience / 1000} s`,
          true,
        );
      }
      if (!(error instanceof TypeError)) throw error;
      throw new Trouble(unreachable(error), true);
    } finally {
      clearInterval(timer);
    }
  }
}

/** What a status other than the expected ones means. */
function refusal(status: number): Trouble {
  if (status >= 300 && status < 400) {
    return new Trouble(
      "it sends on to another address, which is not followed",
      true,
    );
  }
  if (status === 401 || status === 403) {
    return new Trouble(
      `it refuses access (${status}): is the token right, and may it do this?`,
      true,
    );
  }
  return new Trouble(
    `it answers with status ${status}`,
    status === 405 || status === 501,
  );
}

/** Why nobody could be reached, without the address, which is told anyway. */
function unreachable(error: TypeError): string {
  const said = `${error.message} ${
    (error.cause as Error | undefined)?.message ?? ""
  }`;
  if (/refused/i.test(said)) return "nobody listens there";
  if (/dns|lookup|resolve/i.test(said)) return "there is no such host";
  if (/certificate|tls|ssl/i.test(said)) {
    return "its certificate is not to be trusted";
  }
  return "it cannot be reached";
}

/** A file's content, piece by piece. */
function stream(
  path: string,
  moved: { at: number },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const file = openSync(path, "r");
  return new ReadableStream({
    pull(controller) {
      const piece = new Uint8Array(WHOLE);
      const count = readSync(file, piece, 0, WHOLE, null);
      moved.at = performance.now();
      if (count > 0) controller.enqueue(piece.subarray(0, count));
      else {
        closeSync(file);
        controller.close();
      }
    },
    cancel: () => closeSync(file),
  }, { highWaterMark: 0 });
}

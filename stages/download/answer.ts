/**
 * What a mirror answers when asked for a file from some byte on: over HTTP or
 * from a folder of this machine.
 */
import { isAbsolute } from "node:path";

/** Why a mirror gave nothing. */
export type Trouble =
  /** May well go away: worth another attempt. */
  | { readonly kind: "transient"; readonly why: string }
  | { readonly kind: "unreachable"; readonly why: string }
  | { readonly kind: "wrong"; readonly why: string };

/** The file's bytes from `start` on, which may be 0 though more was asked for. */
interface Body {
  readonly kind: "body";
  readonly start: number;
  readonly body: ReadableStream<Uint8Array>;
}

export type Answer = Body | Trouble;

/** A clock that gives up on a silent mirror. */
export interface Silence {
  readonly signal: AbortSignal;
  /** There was a sign of life. */
  reset(): void;
  stop(): void;
}

/** Aborts its signal after so many milliseconds without `reset()`. */
export function stalled(
  milliseconds: number,
  why = `nothing heard for ${milliseconds / 1000} s`,
): Silence {
  const controller = new AbortController();
  const expire = () => controller.abort(new DOMException(why, "TimeoutError"));
  let timer = setTimeout(expire, milliseconds);
  return {
    signal: controller.signal,
    reset() {
      clearTimeout(timer);
      timer = setTimeout(expire, milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Browsers stop at 20; a mirror that needs more than five is misconfigured. */
const REDIRECTS = 5;

/**
 * Asks for a file from a byte on; all of it, if the mirror has no such range.
 *
 * @throws what `fetch` or the file system throws: see `troubleOf`.
 */
export async function ask(
  from: string,
  start: number,
  silence: Silence,
  signal: AbortSignal = silence.signal,
): Promise<Answer> {
  if (isAbsolute(from)) return await askFolder(from);
  let url = from;
  let range = start;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const refused = await refuse(url, hop > 0);
    if (refused !== undefined) return { kind: "wrong", why: refused };
    // `identity`: a gzip file must arrive as it is, not unpacked on the way.
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: {
        "accept-encoding": "identity",
        ...(range > 0 && { range: `bytes=${range}-` }),
      },
    });
    silence.reset();
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location) {
      await response.body?.cancel();
      const next = URL.parse(location, url);
      if (!next) {
        return { kind: "wrong", why: "redirects to what is no address" };
      }
      url = next.href;
      continue;
    }
    const answer = await read(response, range);
    if (answer !== "no-range") return answer;
    range = 0;
  }
  return { kind: "wrong", why: `redirects more than ${REDIRECTS} times` };
}

/**
 * Why an address is not even tried, if it is not. The permission is asked for
 * first: trying without it would be an access that was not declared, and fail
 * the stage although the next mirror has the file.
 */
async function refuse(
  url: string,
  redirected: boolean,
): Promise<string | undefined> {
  const { protocol, hostname, port } = URL.parse(url) ?? {};
  if (protocol !== "http:" && protocol !== "https:") {
    return redirected
      ? `redirects to an address that begins with ${protocol}`
      : "is no URL with http or https";
  }
  const host = `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") return undefined;
  const named = port ? host : hostname;
  return redirected
    ? `redirects to ${named}, which is not a declared host: add that mirror to dataset.mirrors if it is to be trusted`
    : `${named} is not among the hosts that this stage may reach`;
}

/** Sorts a response into bytes to be read and kinds of refusal. */
async function read(
  response: Response,
  start: number,
): Promise<Answer | "no-range"> {
  const { status, statusText, body } = response;
  if (status === 200 && body) return { kind: "body", start: 0, body };
  const range = /^bytes (\d+)-/.exec(
    response.headers.get("content-range") ?? "",
  );
  if (status === 206 && body && range && Number(range[1]) === start) {
    return { kind: "body", start, body };
  }
  await body?.cancel();
  const why = `answers ${status}${statusText ? ` ${statusText}` : ""}`;
  if (start > 0 && (status === 416 || status === 206)) return "no-range";
  if (status >= 500 || status === 408 || status === 429) {
    return { kind: "transient", why };
  }
  // Closed doors say nothing about the file; "not found" does.
  if ([401, 403, 407, 451].includes(status)) {
    return { kind: "unreachable", why };
  }
  return { kind: "wrong", why };
}

async function askFolder(path: string): Promise<Answer> {
  try {
    // Opening a pipe would wait for who writes to it.
    if (!(await Deno.stat(path)).isFile) {
      return { kind: "wrong", why: `${path} is no plain file` };
    }
    const file = await Deno.open(path);
    return { kind: "body", start: 0, body: file.readable };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { kind: "wrong", why: `there is no file ${path}` };
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      return { kind: "wrong", why: `${path} may not be read` };
    }
    throw error;
  }
}

/**
 * Sorts what `fetch` threw. Only connections that were there and broke are
 * worth another attempt: a name that does not resolve and a port that refuses
 * will do so again.
 *
 * @throws the error itself if it is neither the network's nor the disk's.
 */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return { kind: "transient", why: error.message };
  }
  // `fetch` wraps everything in a TypeError, with the reason in its cause.
  if (error instanceof TypeError) {
    const said = error.cause instanceof Error
      ? error.cause.message
      : error.message;
    if (said.includes("dns error")) {
      return { kind: "unreachable", why: "its name does not resolve" };
    }
    const system = /([^:()]+) \(os error \d+\)/.exec(said)?.[1]?.trim();
    return {
      kind: said.includes("(Connect)") ? "unreachable" : "transient",
      why: system ?? said.replace(/^error sending request for url \S+ /, ""),
    };
  }
  if (error instanceof Error && "code" in error && error.code) {
    return { kind: "wrong", why: error.message };
  }
  throw error;
}

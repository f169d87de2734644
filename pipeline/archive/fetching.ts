/**
 * An archive behind an address: fetched into a file of its own, bounded, hashed on
 * the way, and then checked as any other. What its levels and its root digest say does
 * not depend on who sent it, so a redirect may be followed; but never out of https.
 */
import { rmSync } from "node:fs";
import { receiveFile } from "../cache/receive.ts";
import { Trouble } from "../cache/transport.ts";
import { isLoopback } from "../config/address.ts";
import { fail, ok, type Result } from "../failure.ts";
import type { Digest } from "../store/digest.ts";
import { diskFailure } from "../store/disk.ts";

/** Milliseconds without an answer, or with less than a slow line gives. */
const PATIENCE = 30_000;
/** Of an archive whose server does not say how large it is. */
const LARGEST = 2 ** 33;
const REDIRECTS = 5;

/** Whether what was typed is an address and no file. */
export function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** A file that goes when it is no longer needed. */
interface Fetched extends Disposable {
  readonly path: string;
  /** Its SHA-256, as anybody who offers it may say. */
  readonly digest: Digest;
}

/** Fetches an archive to `path`. */
export async function fetchArchive(
  address: string,
  path: string,
  patience = PATIENCE,
): Promise<Result<Fetched>> {
  const what = "Cannot fetch the archive";
  try {
    const response = await follow(address, patience);
    const length = response.headers.get("content-length");
    const size = length === null ? undefined : Number(length);
    const { digest } = await receiveFile(
      { size, body: response.body ?? new Blob([]).stream() },
      size ?? LARGEST,
      path,
      patience,
    );
    return ok({
      path,
      digest,
      [Symbol.dispose]: () => rmSync(path, { force: true }),
    });
  } catch (error) {
    if (error instanceof Trouble) {
      return fail({
        kind: "not-fetched",
        what,
        seen: error.seen,
        hint: "try again later, or fetch it by other means and name the file",
      });
    }
    const failure = diskFailure(what, error);
    if (!failure) throw error;
    return fail(failure);
  }
}

async function follow(address: string, patience: number): Promise<Response> {
  let url = address;
  for (let left = REDIRECTS; left >= 0; left--) {
    const { protocol, hostname } = new URL(url);
    if (protocol !== "https:" && !isLoopback(hostname)) {
      throw new Trouble("only https and this machine are asked", true);
    }
    const response = await answer(url, patience);
    if (response.status === 200) return response;
    await response.body?.cancel();
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || next === null) {
      throw new Trouble(`the server answers with status ${response.status}`);
    }
    if (!URL.canParse(next, url)) break;
    url = new URL(next, url).href;
  }
  throw new Trouble("the server sends from one address to the next");
}

async function answer(url: string, patience: number): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    return await fetch(url, {
      redirect: "manual",
      headers: { "accept-encoding": "identity" },
      signal: stop.signal,
    });
  } catch (error) {
    if (stop.signal.aborted) throw new Trouble("the server does not answer");
    if (!(error instanceof TypeError)) throw error;
    throw new Trouble("the server cannot be reached");
  } finally {
    clearTimeout(timer);
  }
}

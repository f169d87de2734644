/** Opens the cache that a configuration names. */
import { hostname, userInfo } from "node:os";
import { isLoopback, parseAddress } from "../config/address.ts";
import type { CacheSettings } from "../config/cache.ts";
import type { Store } from "../store/store.ts";
import { privateKey, resolved, token } from "./credentials.ts";
import { Folder } from "./folder.ts";
import { SharedCache } from "./shared.ts";
import { believed, readKey, type SigningKey } from "./signature.ts";
import { type Transport, Trouble } from "./transport.ts";
import { type Signer, Web } from "./web.ts";

/**
 * The cache of a configuration; nothing if it names none. What keeps it from being
 * used is trouble of it, told when it is first asked.
 */
export async function openCache(
  settings: CacheSettings,
  root: string,
  store: Store,
): Promise<SharedCache | undefined> {
  const { url, mode, accept, timeout } = settings;
  if (url === undefined) return undefined;
  let [transport, trouble]: [Transport, Trouble | undefined] = [
    new Folder(url, url),
    undefined,
  ];
  let signing: SigningKey | undefined;
  try {
    transport = await transportOf(url, settings, root);
    if (mode === "read-write") signing = await signingKey(settings, root);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    trouble = error;
  }
  const cache = new SharedCache(transport, {
    store,
    mode,
    accept: believed(accept),
    signing,
    who: settings.name ?? `${userInfo().username}@${hostname()}`,
    where: `${Deno.build.os} ${Deno.build.arch}`,
    patience: timeout * 1000,
  });
  if (trouble) cache.health.note(trouble);
  return cache;
}

/** What speaks to an address. @throws Trouble */
async function transportOf(
  url: string,
  settings: CacheSettings,
  root: string,
): Promise<Transport> {
  const address = parseAddress(url);
  if (typeof address === "string") throw new Trouble(address, true); // the schema refuses it before
  const patience = settings.timeout * 1000;
  switch (address.kind) {
    case "folder": {
      const path = resolved(address.path, root);
      return new Folder(path, path);
    }
    case "http": {
      const secret = token(settings, root);
      if (secret !== undefined) guard(address.url);
      const header = secret === undefined
        ? undefined
        : secret.includes(":")
        ? `Basic ${btoa(secret)}`
        : `Bearer ${secret}`;
      const sign: Signer = ({ headers }) => {
        if (header !== undefined) headers.set("authorization", header);
        return headers;
      };
      return new Web(
        address.url,
        address.url,
        sign,
        patience,
        "a web server has no list of what it keeps: it prunes by itself, by age " +
          "(find -mtime) or size (bazel-remote --max_size)",
        true,
      );
    }
    case "s3": {
      const { keysOf, placeOf, signer } = await import("./s3.ts");
      const keys = keysOf(token(settings, root));
      const { base, region } = placeOf(address, settings);
      if (keys) guard(base);
      return new Web(
        url,
        base,
        keys ? signer(keys, region) : ({ headers }) => headers,
        patience,
        "a bucket prunes by itself, by a lifecycle rule",
        false,
      );
    }
  }
}

/** Refuses to send a secret where others can listen. */
function guard(base: string): void {
  const { protocol, hostname } = new URL(base);
  if (protocol === "https:" || isLoopback(hostname)) return;
  throw new Trouble(
    "a token is not sent over http to another machine: use https",
    true,
  );
}

async function signingKey(
  settings: CacheSettings,
  root: string,
): Promise<SigningKey | undefined> {
  const text = privateKey(settings, root);
  if (text === undefined) return undefined;
  const key = await readKey(text);
  if (!key) throw new Trouble("the private key is none", true);
  return key;
}

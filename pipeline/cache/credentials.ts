/**
 * What opens a cache: from a variable of the environment, or from a file that only
 * its owner may read. Nowhere else: a configuration is committed, a command line is
 * in everybody's list of processes, and neither ever gets into a message.
 */
import { readFileSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import type { CacheSettings } from "../config/cache.ts";
import { Trouble } from "./transport.ts";

/** A token, if there is one. @throws Trouble */
export function token(
  { token_file }: CacheSettings,
  root: string,
): string | undefined {
  return secret("FACSIMILE_CACHE_TOKEN", token_file, root);
}

/** The text of a private key, if there is one. @throws Trouble */
export function privateKey(
  { key_file }: CacheSettings,
  root: string,
): string | undefined {
  return secret("FACSIMILE_CACHE_KEY", key_file, root);
}

function secret(
  variable: string,
  file: string | undefined,
  root: string,
): string | undefined {
  const given = Deno.env.get(variable);
  const text = (given || undefined) ??
    (file === undefined ? undefined : readPrivate(resolved(file, root)));
  if (text !== undefined && /[^\x20-\x7e]/.test(text)) {
    throw new Trouble(
      `what ${given ? variable : "the private file"} holds is no token`,
      true,
    );
  }
  return text;
}

/** A path of the configuration: `~/` is the user's own folder, others are of the project. */
export function resolved(path: string, root: string): string {
  if (path.startsWith("~/")) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : join(root, path);
}

function readPrivate(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile()) {
    throw new Trouble(`there is no private file ${path}`, true);
  }
  if ((stat.mode & 0o077) !== 0 || stat.uid !== userInfo().uid) {
    throw new Trouble(
      `others may read the private file ${path}: chmod 600 it`,
      true,
    );
  }
  return readFileSync(path, "utf8").trim();
}

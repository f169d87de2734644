/** What a configuration says of a cache that is shared with others: `[cache]`. */
import * as v from "valibot";
import { parseAddress } from "./address.ts";

const text = (message: string, most = 1000) =>
  v.pipe(
    v.string(message),
    v.minLength(1, message),
    v.maxLength(most, message),
    // deno-lint-ignore no-control-regex -- a header or a terminal would obey them
    v.regex(/^[^\0-\x1f\x7f]*$/, message),
  );

const KEY = "a public key as deno task cache key prints it: ed25519:…";

/** What one accepted key looks like; a name may follow it. */
export const PUBLIC_KEY = /^(ed25519:[A-Za-z0-9+/]{43}=)(?: +(\S.*))?$/;

/** The table `[cache]`, every key of which may be missing. */
export const cacheSchema = v.optional(
  v.strictObject({
    /** A folder, `http(s)://…` or `s3://…`; without it there is no cache. */
    url: v.optional(v.pipe(
      v.string("a folder, http(s)://… or s3://…"),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        const address = parseAddress(dataset.value);
        if (typeof address === "string") addIssue({ message: address });
      }),
    )),
    /** Whether results of this machine are given to others, too. */
    mode: v.optional(
      v.picklist(["read", "read-write"], '"read" or "read-write"'),
      "read",
    ),
    /** Keys whose signatures are believed; without any, whoever can write is. */
    accept: v.optional(
      v.array(
        v.pipe(v.string(KEY), v.regex(PUBLIC_KEY, KEY)),
        `a list of public keys, each ${KEY}`,
      ),
      [],
    ),
    /** What results made here are called by; else the user's name and the host's. */
    name: v.optional(text("a name of at most 100 letters", 100)),
    /** A file that only its owner may read. */
    token_file: v.optional(text("the path of a private file")),
    key_file: v.optional(text("the path of a private file")),
    /** Of an S3 that is not Amazon's: `https://HOST`. */
    endpoint: v.optional(v.pipe(
      v.string("http(s)://HOST"),
      v.regex(/^https?:\/\/[\w.:[\]-]+\/?$/, "http(s)://HOST"),
    )),
    region: v.optional(v.pipe(
      v.string("a region, as eu-central-1"),
      v.regex(/^[a-z0-9-]+$/, "a region, as eu-central-1"),
    )),
    /** Seconds without an answer after which the cache counts as dead. */
    timeout: v.optional(
      v.pipe(
        v.number("a number from 0.1 to 60"),
        v.minValue(0.1, "a number from 0.1 to 60"),
        v.maxValue(60, "a number from 0.1 to 60"),
      ),
      3,
    ),
  }, "a table"),
  {},
);

/** The checked `[cache]`. */
export type CacheSettings = v.InferOutput<typeof cacheSchema>;

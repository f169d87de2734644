/**
 * A bucket: the same two maps below a prefix, each request signed (Signature Version
 * 4) with the keys that Amazon's own programs read from the environment. Without any
 * keys a public bucket can be read.
 */
import { AwsClient } from "aws4fetch";
import type { CacheSettings } from "../config/cache.ts";
import type { Address } from "../config/address.ts";
import type { Signer } from "./web.ts";

/** The keys to a bucket. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Keys from a token `ID:SECRET`, else from the environment. */
export function keysOf(token: string | undefined): Keys | undefined {
  const [id, secret, session] = token === undefined
    ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((
      name,
    ) => Deno.env.get(name))
    : token.split(":", 3);
  if (!id || !secret) return undefined;
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(session && { sessionToken: session }),
  };
}

/** Where a bucket's contents are, and the region that requests are signed for. */
export function placeOf(
  { bucket, prefix }: Extract<Address, { kind: "s3" }>,
  settings: CacheSettings,
): { readonly base: string; readonly region: string } {
  const region = settings.region ?? Deno.env.get("AWS_REGION") ??
    Deno.env.get("AWS_DEFAULT_REGION") ?? "us-east-1";
  const endpoint = settings.endpoint ?? Deno.env.get("AWS_ENDPOINT_URL_S3") ??
    Deno.env.get("AWS_ENDPOINT_URL");
  const host = endpoint === undefined
    ? `https://${bucket}.s3.${region}.amazonaws.com`
    // Not every server has a host for each bucket.
    : `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  return { base: prefix === "" ? host : `${host}/${prefix}`, region };
}

const NOTHING =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Signs requests to a bucket. */
export function signer(keys: Keys, region: string): Signer {
  const client = new AwsClient({ ...keys, service: "s3", region, retries: 0 });
  return async ({ method, url, headers, sha256 }) => {
    headers.set(
      "x-amz-content-sha256",
      sha256 ?? (method === "PUT" ? "UNSIGNED-PAYLOAD" : NOTHING),
    );
    const signed = await client.sign(url, { method, headers });
    return signed.headers;
  };
}

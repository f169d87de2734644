/**
 * Signatures of records: Ed25519, by the runtime's own cryptography. A public key is
 * written as `ed25519:BASE64`, a private one as the Base64 of its PKCS #8.
 */
import { Buffer } from "node:buffer";
import { PUBLIC_KEY } from "../config/cache.ts";
import type { Signature } from "./entry.ts";

const ALGORITHM = "Ed25519";

/** Accepted public keys, each with the name that was given to it, if any. */
export type Believed = ReadonlyMap<string, string>;

/** What signs. */
export interface SigningKey {
  /** Its public half: `ed25519:…`. */
  readonly key: string;
  readonly secret: CryptoKey;
}

/** The accepted keys of a configuration. */
export function believed(accept: readonly string[]): Believed {
  return new Map(accept.map((line) => {
    const [, key = "", name = ""] = PUBLIC_KEY.exec(line) ?? [];
    return [key, name.trim()];
  }));
}

/** A new key: its two halves as they are written down. */
export async function newKey(): Promise<
  { readonly secret: string; readonly key: string }
> {
  const pair = await crypto.subtle.generateKey(ALGORITHM, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const secret = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return {
    secret: Buffer.from(secret).toString("base64"),
    key: `ed25519:${Buffer.from(raw).toString("base64")}`,
  };
}

/** The key that a text holds; nothing if it is none. */
export async function readKey(text: string): Promise<SigningKey | undefined> {
  const bytes = Buffer.from(text.trim(), "base64");
  try {
    const secret = await crypto.subtle.importKey(
      "pkcs8",
      bytes,
      ALGORITHM,
      true,
      ["sign"],
    );
    const { x = "" } = await crypto.subtle.exportKey("jwk", secret);
    const raw = Buffer.from(x, "base64url");
    return { key: `ed25519:${raw.toString("base64")}`, secret };
  } catch (error) {
    // Whatever WebCrypto thinks of bytes that are no key.
    if (error instanceof DOMException || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/** Signs. */
export async function sign(
  { key, secret }: SigningKey,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Signature> {
  const value = await crypto.subtle.sign(ALGORITHM, secret, bytes);
  return { key, value: Buffer.from(value).toString("base64") };
}

/** Whether a signature is that of these bytes, by its key. */
export async function verify(
  { key, value }: Signature,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const raw = Buffer.from(key.replace(/^ed25519:/, ""), "base64");
  if (raw.length !== 32) return false;
  try {
    const known = await crypto.subtle.importKey("raw", raw, ALGORITHM, false, [
      "verify",
    ]);
    return await crypto.subtle.verify(
      ALGORITHM,
      known,
      Buffer.from(value, "base64"),
      bytes,
    );
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/**
 * A bucket on loopback that checks each signature as the standard says (Signature
 * Version 4), by code of its own, and refuses what does not fit: the body's digest,
 * the key, the region, the date.
 */
import { createHash, createHmac } from "node:crypto";

/** Who may do what. */
export interface Keys {
  readonly id: string;
  readonly secret: string;
  readonly writes: boolean;
}

/** What of a request is signed. */
interface Signed {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Names of those that are signed, in order. */
  readonly names: readonly string[];
  readonly payload: string;
  /** `20130524/us-east-1/s3/aws4_request` */
  readonly scope: string;
}

const hex = (text: string | Uint8Array) =>
  createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest();

/** The signature that a request must have. */
export function signatureOf(
  secret: string,
  { method, path, query, headers, names, payload, scope }: Signed,
): string {
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${headers.get(name)}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const text = [
    "AWS4-HMAC-SHA256",
    headers.get("x-amz-date"),
    scope,
    hex(canonical),
  ].join("\n");
  const key = scope.split("/").reduce<string | Uint8Array>(
    hmac,
    `AWS4${secret}`,
  );
  return createHmac("sha256", key).update(text).digest("hex");
}

/** A bucket called `results`, in memory. */
export class Bucket implements AsyncDisposable {
  readonly objects = new Map<string, Uint8Array>();
  /** Why requests were refused. */
  readonly refused: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(
    private readonly keys: readonly Keys[],
    private readonly region: string,
  ) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (request.method === "PUT" && !request.headers.has("content-length")) {
      this.refused.push("MissingContentLength");
      return new Response(null, { status: 411 });
    }
    const body = new Uint8Array(await request.arrayBuffer());
    const why = this.#refusal(request, pathname, search.slice(1), body);
    if (why !== undefined) {
      this.refused.push(why);
      return new Response(`<Error><Code>${why}</Code></Error>`, {
        status: 403,
      });
    }
    const key = pathname.replace(/^\/results\//, "");
    if (request.method === "PUT") {
      this.objects.set(key, body);
      return new Response(null, { status: 200 });
    }
    const found = this.objects.get(key);
    if (!found) return new Response(null, { status: 404 });
    return new Response(request.method === "HEAD" ? null : found.slice(), {
      headers: { "content-length": String(found.length) },
    });
  }

  #refusal(
    request: Request,
    path: string,
    query: string,
    body: Uint8Array,
  ): string | undefined {
    const headers = new Map(
      [...request.headers].map((
        [name, value],
      ) => [name, value.trim().replace(/ +/g, " ")]),
    );
    const [, credential = "", names = "", signature] =
      /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
        .exec(headers.get("authorization") ?? "") ?? [];
    if (signature === undefined) return "AccessDenied";
    const [id, ...scope] = credential.split("/");
    const keys = this.keys.find((one) => one.id === id);
    if (!keys) return "InvalidAccessKeyId";
    const date = headers.get("x-amz-date") ?? "";
    if (
      scope.join("/") !== `${date.slice(0, 8)}/${this.region}/s3/aws4_request`
    ) return "AuthorizationHeaderMalformed";
    const iso = date.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
    if (!(Math.abs(Date.now() - Date.parse(iso)) < 15 * 60_000)) {
      return "RequestTimeTooSkewed";
    }
    const signed = names.split(";");
    if (
      !["host", "x-amz-date", "x-amz-content-sha256"].every((name) =>
        signed.includes(name)
      )
    ) return "MissingSignedHeader";
    const payload = headers.get("x-amz-content-sha256") ?? "";
    // Who sends what is called by its digest has no reason to leave that unsigned.
    if (payload === "UNSIGNED-PAYLOAD" && path.includes("/cas/")) {
      return "UnsignedPayload";
    }
    if (payload !== "UNSIGNED-PAYLOAD" && payload !== hex(body)) {
      return "XAmzContentSHA256Mismatch";
    }
    const expected = signatureOf(keys.secret, {
      method: request.method,
      path,
      query,
      headers,
      names: signed,
      payload,
      scope: scope.join("/"),
    });
    if (signature !== expected) return "SignatureDoesNotMatch";
    return request.method === "PUT" && !keys.writes
      ? "AccessDenied"
      : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

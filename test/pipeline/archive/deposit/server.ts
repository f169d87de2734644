/** A server on loopback that behaves like Zenodo's, as far as drafts go. */
import { createHash } from "node:crypto";
import { complaints } from "./schema.ts";

export const TOKEN = "s3cret-t0ken";

interface Draft {
  readonly id: number;
  metadata: { [key: string]: unknown };
  submitted: boolean;
  readonly files: Map<string, { size: number; md5: string }>;
}

/** The answer to a description that Zenodo's schema does not take. */
function refusal(sent: unknown): Response | undefined {
  const errors = complaints(sent);
  return errors.length === 0 ? undefined : Response.json({
    status: 400,
    message: "A validation error occurred.",
    errors,
  }, { status: 400 });
}

/** What a test makes go wrong: answers instead of the true one, in turn. */
export type Trouble = (request: Request) => Response | undefined;

/** The server. */
export class FakeZenodo implements AsyncDisposable {
  readonly drafts: Draft[] = [];
  readonly requests: string[] = [];
  trouble: Trouble = () => undefined;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.#server.addr.port}/`);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}${search}`);
    const trouble = this.trouble(request);
    if (trouble) {
      await request.body?.cancel();
      return trouble;
    }
    if (request.headers.get("authorization") !== `Bearer ${TOKEN}`) {
      await request.body?.cancel();
      return Response.json({ status: 401, message: "Unauthorized" }, {
        status: 401,
      });
    }
    const [, id] = /^\/api\/deposit\/depositions\/(\d+)$/.exec(pathname) ?? [];
    const [, bucket, name] = /^\/api\/files\/(\d+)\/([^/]+)$/.exec(pathname) ??
      [];
    const draft = this.drafts.find((one) => String(one.id) === (id ?? bucket));
    switch (request.method) {
      case "GET":
        return Response.json(
          this.drafts.filter((one) => !one.submitted).map((one) =>
            this.#shown(one)
          ),
        );
      case "POST": {
        const sent = await request.json();
        const refused = refusal(sent);
        if (refused) return refused;
        const { metadata } = sent;
        const made = {
          id: 1000 + this.drafts.length,
          metadata,
          submitted: false,
          files: new Map(),
        };
        this.drafts.push(made);
        return Response.json(this.#shown(made), { status: 201 });
      }
      case "PUT":
        if (!draft) break;
        if (name === undefined) {
          const sent = await request.json();
          const refused = refusal(sent);
          if (refused) return refused;
          draft.metadata = sent.metadata;
          return Response.json(this.#shown(draft));
        }
        return Response.json(
          await this.#keep(draft, decodeURIComponent(name), request),
          { status: 201 },
        );
    }
    return Response.json({ message: "Not found" }, { status: 404 });
  }

  async #keep(draft: Draft, name: string, request: Request) {
    const length = request.headers.get("content-length");
    if (length === null) throw new Error("the real one asks for a length");
    const md5 = createHash("md5");
    let size = 0;
    for await (const piece of request.body ?? []) {
      md5.update(piece);
      size += piece.length;
    }
    const file = { size, md5: md5.digest("hex") };
    draft.files.set(name, file);
    return { key: name, size, checksum: `md5:${file.md5}` };
  }

  #shown({ id, metadata, submitted, files }: Draft) {
    return {
      id,
      submitted,
      state: "unsubmitted",
      links: {
        bucket: new URL(`api/files/${id}`, this.url).href,
        html: new URL(`deposit/${id}`, this.url).href,
        publish: new URL(
          `api/deposit/depositions/${id}/actions/publish`,
          this.url,
        ).href,
      },
      metadata: {
        ...metadata,
        prereserve_doi: { doi: `10.5072/zenodo.${id}` },
      },
      files: [...files].map(([filename, { size, md5 }]) => ({
        filename,
        filesize: size,
        checksum: md5,
      })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/**
 * Zenodo's interface for deposits, as far as a draft needs it
 * (https://developers.zenodo.org): list, create, describe, upload. Publishing is
 * not among it: a published record cannot be taken back, and stays a person's act.
 */
import * as v from "valibot";
import { fail, type Failure, ok, type Result } from "../../failure.ts";
import type { Json } from "../../stage/json.ts";
import {
  type Answer,
  exchange,
  type Patience,
  type Question,
} from "./exchange.ts";

const DraftSchema = v.object({
  id: v.number(),
  state: v.optional(v.string()),
  submitted: v.boolean(),
  links: v.object({
    bucket: v.optional(v.string()),
    html: v.string(),
  }),
  metadata: v.optional(v.object({
    notes: v.optional(v.string()),
    prereserve_doi: v.optional(v.object({ doi: v.string() })),
  })),
  files: v.optional(
    v.array(v.object({
      filename: v.string(),
      filesize: v.number(),
      checksum: v.string(),
    })),
    [],
  ),
});

/** A deposit that is not published. */
export type Draft = v.InferOutput<typeof DraftSchema>;

const UploadedSchema = v.object({
  key: v.string(),
  size: v.number(),
  checksum: v.string(),
});

/** A file as it arrived: its size in bytes, its MD5. */
type Uploaded = v.InferOutput<typeof UploadedSchema>;

/** Where a server is, and by what right. */
export interface Access {
  readonly server: URL;
  readonly token: string;
  readonly patience: Patience;
}

/** A server of Zenodo. */
export class Zenodo {
  constructor(private readonly access: Access) {}

  /** The account's drafts, newest first. */
  async drafts(): Promise<Result<Draft[]>> {
    return await this.#ask(
      "Cannot list the drafts",
      { method: "GET", path: "api/deposit/depositions?status=draft&size=100" },
      v.array(DraftSchema),
    );
  }

  async create(metadata: Json): Promise<Result<Draft>> {
    return await this.#ask(
      "Cannot create a draft",
      {
        method: "POST",
        path: "api/deposit/depositions",
        body: { kind: "json", text: JSON.stringify({ metadata }) },
      },
      DraftSchema,
    );
  }

  async describe(draft: Draft, metadata: Json): Promise<Result<Draft>> {
    return await this.#ask(
      "Cannot describe the draft",
      {
        method: "PUT",
        path: `api/deposit/depositions/${draft.id}`,
        body: { kind: "json", text: JSON.stringify({ metadata }) },
      },
      DraftSchema,
    );
  }

  /** Uploads a file in one stream; a file of that name is replaced. */
  async upload(
    draft: Draft,
    name: string,
    file: { readonly path: string; readonly size: number },
    sent?: (bytes: number) => void,
  ): Promise<Result<Uploaded>> {
    const { bucket } = draft.links;
    if (bucket === undefined || !this.#ours(bucket)) {
      return fail({
        kind: "unexpected-answer",
        what: `Cannot upload ${name}`,
        seen: bucket === undefined
          ? "the draft has no place for files"
          : "the draft's place for files is on another host",
        hint: "upload the file by hand on the draft's page",
      });
    }
    return await this.#ask(
      `Cannot upload ${name}`,
      {
        method: "PUT",
        path: `${bucket}/${encodeURIComponent(name)}`,
        body: { kind: "file", ...file },
        ...(sent && { sent }),
      },
      UploadedSchema,
    );
  }

  /** The token goes nowhere but to the server that it is for. */
  #ours(url: string): boolean {
    return URL.canParse(url) &&
      new URL(url).origin === this.access.server.origin;
  }

  async #ask<Schema extends v.GenericSchema>(
    what: string,
    { path, ...rest }: Omit<Question, "url" | "token"> & {
      readonly path: string;
    },
    schema: Schema,
  ): Promise<Result<v.InferOutput<Schema>>> {
    const { server, token, patience } = this.access;
    const answer = await exchange(
      { ...rest, url: new URL(path, server), token },
      patience,
    );
    if (!answer.ok) return answer;
    const refused = refusal(what, answer.value, this.access);
    if (refused) return fail(refused);
    const parsed = v.safeParse(schema, parse(answer.value.text));
    if (parsed.success) return ok(parsed.output);
    return fail({
      kind: "unexpected-answer",
      what,
      seen: `${server.host} answers with something else than expected (${
        shorten(answer.value.text, token)
      })`,
      hint: "look for a proxy or a login page in between, or deposit by hand",
    });
  }
}

/** What an answer that is no success means. */
function refusal(
  what: string,
  { status, text, location }: Answer,
  { server, token }: Access,
): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = message(text);
  const tail = said ? `: ${shorten(said, token)}` : "";
  const seen = `${server.host} answers ${status}${tail}`;
  if (status >= 300 && status < 400) {
    return {
      kind: "redirected",
      what,
      seen: `${server.host} sends on to ${location ?? "somewhere else"}`,
      hint: "check the server's address: the token is sent to no other",
    };
  }
  const hints: { readonly [status: number]: string } = {
    401: "make a new token, see --help: this one is wrong or expired",
    403: "make a token with the scope deposit:write: this one lacks it",
    404: "run the command again for a new draft: this one is gone",
    413: "ask Zenodo for more: the archive is over the quota",
  };
  return {
    kind: status === 401 || status === 403 ? "refused" : "server",
    what,
    seen,
    hint: hints[status] ??
      (status >= 500
        ? "run the command again later: it continues where it stopped"
        : "mend the metadata ([paper] and [[authors]] of experiment.toml)"),
  };
}

/** What the server says is wrong, field by field where it does. */
function message(text: string): string | undefined {
  const parsed = v.safeParse(
    v.object({
      message: v.string(),
      errors: v.optional(
        v.array(v.object({
          field: v.optional(v.string(), ""),
          message: v.optional(v.string()),
          messages: v.optional(v.array(v.string())),
        })),
        [],
      ),
    }),
    parse(text),
  );
  if (!parsed.success) return undefined;
  const { message, errors } = parsed.output;
  return [
    message,
    ...errors.map(({ field, message, messages }) =>
      `${field}: ${messages?.join("; ") ?? message ?? ""}`
    ),
  ].join("; ");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The beginning of a foreign text, in one line, without the token if it echoes that. */
function shorten(text: string, token: string): string {
  const line = text.replaceAll(token, "…").replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

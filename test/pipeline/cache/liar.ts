/**
 * A server on loopback that serves a cache's folder, and does not always say what is
 * there: what it answers is the test's, byte by byte. It counts who asks.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One request, and a line to answer on. */
export interface Asked {
  readonly method: string;
  /** `cas/…`, `ac/…`. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** What an honest server would give. */
  readonly content: Uint8Array<ArrayBuffer> | undefined;
  /** Sends bytes or a text as they are; false once nobody listens any more. */
  send(bytes: Uint8Array | string): Promise<boolean>;
  /** Resolves when whoever asked has gone. */
  readonly gone: Promise<void>;
}

/** How a server answers. */
export type Manners = (asked: Asked) => Promise<unknown>;

/** An answer as HTTP has it. */
export function answer(
  content: Uint8Array | string,
  { status = "200 OK", length, more = "" }: {
    readonly status?: string;
    readonly length?: number;
    readonly more?: string;
  } = {},
): Uint8Array {
  const body = typeof content === "string"
    ? new TextEncoder().encode(content)
    : content;
  const head = new TextEncoder().encode(
    `HTTP/1.1 ${status}\r\nContent-Length: ${length ?? body.length}\r\n` +
      `Connection: close\r\n${more}\r\n`,
  );
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/** What an honest server says. */
export function honest({ content, send }: Asked): Promise<boolean> {
  return send(
    content ? answer(content) : answer("", { status: "404 Not Found" }),
  );
}

/** A server whose manners are the test's. */
export class Liar implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #served: Promise<void>;
  /** All that was asked: `GET cas/…`. */
  readonly asked: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly manners: Manners,
  ) {
    this.#served = this.#serve();
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listener.addr.port}`;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      this.#answer(connection).catch((error) => {
        if (!isGone(error)) throw error;
      }).finally(() => {
        this.#open.delete(connection);
        try {
          connection.close();
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      });
    }
  }

  async #answer(connection: Deno.Conn): Promise<void> {
    let text = "";
    const buffer = new Uint8Array(65536);
    const decoder = new TextDecoder("latin1");
    while (!text.includes("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) return;
      text += decoder.decode(buffer.subarray(0, count));
    }
    const [first = "", ...lines] = text.split("\r\n\r\n")[0]!.split("\r\n");
    const [method = "", target = ""] = first.split(" ");
    const path = target.slice(1);
    this.asked.push(`${method} ${path}`);
    const file = join(this.folder, path);
    const gone = (async () => {
      try {
        while (await connection.read(buffer) !== null);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    })();
    await this.manners({
      method,
      path,
      headers: new Map(lines.map((line) => {
        const colon = line.indexOf(":");
        return [
          line.slice(0, colon).toLowerCase(),
          line.slice(colon + 1).trim(),
        ];
      })),
      content: existsSync(file)
        ? new Uint8Array(readFileSync(file))
        : undefined,
      gone,
      async send(bytes) {
        const all = typeof bytes === "string"
          ? new TextEncoder().encode(bytes)
          : bytes;
        try {
          for (let at = 0; at < all.length;) {
            at += await connection.write(all.subarray(at));
          }
          return true;
        } catch (error) {
          if (isGone(error)) return false;
          throw error;
        }
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) {
      try {
        connection.close();
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
    await this.#served;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected;
}

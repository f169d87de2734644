/**
 * `--open` while a run goes on: its page, served to this machine's browser and to
 * nobody else. It listens on the loopback interface, on any free port, for the life
 * of the run. A page of another site cannot read it: the address has a secret part,
 * and a request has to name this very host, which a name that somebody else has
 * turned to this machine does not.
 */
import { readFileSync } from "node:fs";
import type { Event } from "../run/event.ts";
import { LivePage, type Sections } from "../render/livepage.ts";
import { shell } from "../render/liveshell.ts";
import type { Digest } from "../store/digest.ts";
import type { Store } from "../store/store.ts";

/** How often a browser is told what is new, in ms. */
const OFTEN = 250;
/** How long a browser that looks on has to fetch the result after the run, in ms. */
const GRACE = 5_000;

const TYPES: { readonly [ending: string]: string } = {
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
  webp: "image/webp",
};

const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** What a page shows besides the events. */
interface Source {
  readonly title: string;
  readonly store: Store;
  /** Numbers to show of an artifact that was made, if it holds any. */
  readonly numbers: (
    path: string,
    digest: Digest,
  ) => readonly (readonly [name: string, value: number])[] | undefined;
}

/** A run's page, while it is served. */
export class LiveServer implements AsyncDisposable {
  readonly #page = new LivePage();
  readonly #token = random();
  readonly #stop = new AbortController();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #watchers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #timer: ReturnType<typeof setInterval>;
  #sent: Partial<Sections> = {};
  #result: string | undefined;
  #fetched = Promise.withResolvers<void>();

  constructor(private readonly source: Source) {
    this.#server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      signal: this.#stop.signal,
      onListen() {},
    }, (request) => this.#answer(request));
    this.#timer = setInterval(() => this.#push(), OFTEN);
  }

  /** Where it is. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/${this.#token}/`;
  }

  tell(event: Event): void {
    this.#page.tell(event, now());
    if (event.kind !== "ended") return;
    for (const [path, digest] of Object.entries(event.artifacts ?? {})) {
      const numbers = this.source.numbers(path, digest);
      if (numbers) this.#page.measure(numbers);
    }
  }

  /** Shows how the run ended, and its result if there is one; whether anybody saw that. */
  async end(result: string | undefined): Promise<boolean> {
    this.#push();
    if (this.#watchers.size === 0) return false;
    this.#result = result;
    this.#send(`event: ${result === undefined ? "end" : "result"}\ndata:\n\n`);
    if (result === undefined) return true;
    return await within(GRACE, this.#fetched.promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers.clear();
    // What is on its way arrives, unless a browser does not take it.
    if (!await within(GRACE, this.#server.shutdown())) this.#stop.abort();
  }

  #answer(request: Request): Response {
    const { port } = this.#server.addr;
    const { pathname } = new URL(request.url);
    const own = [`127.0.0.1:${port}`, `localhost:${port}`];
    const site = request.headers.get("sec-fetch-site") ?? "none";
    if (
      !own.includes(request.headers.get("host") ?? "") ||
      !["none", "same-origin"].includes(site)
    ) {
      return deny(
        403,
        "this page is for the browser that was opened with it",
      );
    }
    const start = `/${this.#token}/`;
    if (!pathname.startsWith(start)) {
      return deny(404, "there is no such page");
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return deny(405, "there is nothing to be changed here");
    }
    const rest = pathname.slice(start.length);
    if (rest === "") return this.#whole();
    if (rest === "events" && request.method === "GET") return this.#events();
    if (rest === "result" && this.#result !== undefined) {
      this.#fetched.resolve();
      return page(this.#result, {});
    }
    const digest = /^artifact\/([0-9a-f]{64})$/.exec(rest)?.[1];
    return this.#artifact(digest) ?? deny(404, "there is no such page");
  }

  #whole(): Response {
    const nonce = random();
    return page(
      shell(this.source.title, this.#page.sections(now()), nonce),
      {
        "content-security-policy":
          `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      },
    );
  }

  /** A picture that an instance gave, from the store. */
  #artifact(digest: string | undefined): Response | undefined {
    const { store } = this.source;
    for (const [path, known] of this.#page.artifacts) {
      const type = TYPES[path.replace(/^.*\./, "")];
      if (known !== digest || !type || !store.holds(known)) continue;
      return new Response(readFileSync(store.object(known)), {
        headers: {
          ...HEADERS,
          // Its address is its content.
          "cache-control": "private, max-age=3600, immutable",
          // An SVG that is opened by itself runs nothing.
          "content-security-policy":
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
          "content-type": type,
        },
      });
    }
  }

  #events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#watchers.add(controller);
        controller.enqueue(data(this.#page.sections(now())));
      },
      cancel: () => void this.#watchers.delete(own),
    });
    return new Response(body, {
      headers: { ...HEADERS, "content-type": "text/event-stream" },
    });
  }

  /** Tells all that look on which sections have changed. */
  #push(): void {
    if (this.#watchers.size === 0) return;
    const sections = this.#page.sections(now());
    const news = Object.fromEntries(
      Object.entries(sections).filter(([name, html]) =>
        this.#sent[name as keyof Sections] !== html
      ),
    );
    this.#sent = sections;
    if (Object.keys(news).length > 0) this.#send(data(news));
  }

  #send(text: string | Uint8Array): void {
    const bytes = typeof text === "string"
      ? new TextEncoder().encode(text)
      : text;
    for (const watcher of this.#watchers) watcher.enqueue(bytes);
  }
}

/** Whether something is done in so many ms. */
async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

function data(sections: Partial<Sections>): Uint8Array {
  return new TextEncoder().encode(`data: ${JSON.stringify(sections)}\n\n`);
}

function page(html: string, headers: { [name: string]: string }): Response {
  return new Response(html, {
    headers: {
      ...HEADERS,
      ...headers,
      "content-type": "text/html; charset=utf-8",
    },
  });
}

function deny(status: number, why: string): Response {
  return new Response(`${why}\n`, { status, headers: HEADERS });
}

/** 128 bits that nobody can guess. */
function random(): string {
  return Array.from(
    crypto.getRandomValues(new Uint8Array(16)),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

function now(): number {
  return performance.now() / 1000;
}

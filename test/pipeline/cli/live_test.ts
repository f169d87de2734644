/** The page of a run while it goes on: who may see it, what it shows, and how it ends. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Program } from "../../rig/program.ts";

const PAGE =
  '<p>The result</p><script type="application/json" id="run"></script>';

/** The program with a page, pictures on the way to it, and a browser that notes what it is to open. */
function paged(): Program {
  const program = new Program();
  program.write(
    "stages/join.js",
    `export default (task) => Deno.writeTextFileSync(task.output("out"), ${
      JSON.stringify(PAGE)
    });`,
  );
  program.write(
    "main.ts",
    program.read("main.ts")
      .replace("artifact: undefined", 'artifact: "part-" + __.n + ".png"')
      .replace(
        'file: "out.txt", artifact: "out.txt"',
        'file: "out.html", artifact: "out.html"',
      )
      .replace("shorthands: [],", 'shorthands: [], page: "out.html",'),
  );
  mkdirSync(join(program.root, "bin"));
  for (const name of ["xdg-open", "open"]) {
    const browser = join(program.root, "bin", name);
    writeFileSync(
      browser,
      `#!/bin/sh\nprintf '%s\\n' "$1" >> ${program.root}/opened\n`,
    );
    chmodSync(browser, 0o755);
  }
  return program;
}

/** A run that is shown, and where. */
async function shown(program: Program, ...args: string[]) {
  const path = `${join(program.root, "bin")}:${Deno.env.get("PATH")}`;
  const process = program.start({ PATH: path }, "reproduce", "--open", ...args);
  const lines = process.stderr.pipeThrough(new TextDecoderStream())
    [Symbol.asyncIterator]();
  let said = "";
  for (;;) {
    const { done, value } = await lines.next();
    if (done) throw new Error(said);
    said += value;
    const [url] = /http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\//.exec(said) ?? [];
    if (url !== undefined) return { process, url, lines };
  }
}

/** What a browser hears, one event at a time, and the page that follows from it. */
class Browser {
  readonly sections: Record<string, string> = {};
  readonly #chunks: AsyncIterator<string>;
  #rest = "";

  private constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#chunks = body.pipeThrough(new TextDecoderStream())
      [Symbol.asyncIterator]();
  }

  static async look(url: string): Promise<Browser> {
    const response = await fetch(`${url}events`);
    equal(response.headers.get("content-type"), "text/event-stream");
    return new Browser(response.body!); // of an answer with content
  }

  /** Hears until the page fits; the name of an event that is none of sections ends it, too. */
  async until(fits: (sections: Record<string, string>) => boolean) {
    while (!fits(this.sections)) {
      const name = await this.#next();
      if (name !== "message") return name;
    }
    return "fits";
  }

  async #next(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#chunks.next();
        if (done) return "over";
        this.#rest += value;
        continue;
      }
      const event = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
      const [, name] = /^event: (.*)$/m.exec(event) ?? [];
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      if (name === undefined) Object.assign(this.sections, JSON.parse(data!));
      return name ?? "message";
    }
  }
}

/** The status of a request as it is written. */
async function raw(url: string, request: string): Promise<number> {
  const { port } = new URL(url);
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: +port });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer) ?? 0;
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(
    new TextDecoder().decode(buffer.subarray(0, length)),
  ) ?? [];
  return Number(status);
}

Deno.test("--open shows a run while it goes on, in the browser that it opened, and then its result", async () => {
  using program = paged();
  const { process, url, lines } = await shown(program);
  const browser = await Browser.look(url);
  equal(
    await browser.until(({ running }) => /slow\[n=1\]/.test(running ?? "")),
    "fits",
  );
  const first = await (await fetch(url)).text();
  match(first, /<title>reproduce --open<\/title>/);
  match(first, /slow\[n=1\]/);

  program.open(2);
  equal(
    await browser.until(({ pictures }) => /part-2\.png/.test(pictures ?? "")),
    "fits",
  );
  match(
    browser.sections.stages!,
    /<th scope="row">slow<\/th><td>2 instances<\/td><td>1 built, 1 at work</,
  );
  const [, source] = /src="(artifact\/[0-9a-f]{64})"/.exec(
    browser.sections.pictures!,
  )!;
  const picture = await fetch(url + source);
  equal(picture.headers.get("content-type"), "image/png");
  match(picture.headers.get("content-security-policy")!, /sandbox/);
  equal(await picture.text(), "alpha\n2: 1 2 3 \n");

  program.open(1);
  equal(await browser.until(() => false), "result");
  match(browser.sections.state!, /<h1>done<\/h1>/);
  const result = await (await fetch(`${url}result`)).text();
  match(
    result,
    /^<p>The result<\/p><script [^>]*id="run">\{.*"success": true/s,
  );
  while (!(await lines.next()).done);
  equal((await process.status).code, 0);
  await process.stdout.cancel();
  await rejects(fetch(url), TypeError);
  deepEqual(program.read("opened"), `${url}\n`);
});

Deno.test("a live page is for nobody but the browser on this machine that has its address", async () => {
  using program = paged();
  const { process, url, lines } = await shown(program);
  const { host, pathname } = new URL(url);
  const ask = (head: string, ...more: string[]) =>
    raw(
      url,
      [`${head} HTTP/1.1`, ...more, "connection: close", "", ""].join("\r\n"),
    );
  equal(await ask(`GET ${pathname}`, `host: ${host}`), 200);
  equal(
    await ask(
      `GET ${pathname}`,
      `host: ${host.replace("127.0.0.1", "localhost")}`,
    ),
    200,
  );
  // A name of somebody else that leads here.
  equal(
    await ask(`GET ${pathname}`, `host: evil.example:${new URL(url).port}`),
    403,
  );
  equal(await ask(`GET ${pathname}`, "host: 127.0.0.1"), 403);
  equal(
    await ask(`GET ${pathname}`, `host: ${host}`, "sec-fetch-site: cross-site"),
    403,
  );
  equal(await ask("GET /", `host: ${host}`), 404);
  equal(await ask(`GET /${"0".repeat(32)}/`, `host: ${host}`), 404);
  equal(
    await ask(`GET ${pathname}artifact/${"0".repeat(64)}`, `host: ${host}`),
    404,
  );
  equal(await ask(`GET ${pathname}../../etc/hostname`, `host: ${host}`), 404);
  equal(await ask(`GET ${pathname}result`, `host: ${host}`), 404);
  equal(
    await ask(`POST ${pathname}`, `host: ${host}`, "content-length: 0"),
    405,
  );
  const page = await fetch(url);
  await page.body?.cancel();
  match(page.headers.get("content-security-policy")!, /default-src 'none'/);
  equal(page.headers.get("cache-control"), "no-store");
  const others = Deno.networkInterfaces().filter(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  for (const { address } of others) {
    await rejects(
      Deno.connect({ hostname: address, port: Number(new URL(url).port) }),
    );
  }
  const browser = await Browser.look(url);
  process.kill("SIGINT");
  equal(await browser.until(() => false), "end");
  match(browser.sections.state!, /<h1>interrupted<\/h1>/);
  while (!(await lines.next()).done);
  equal((await process.status).code, 130);
  await process.stdout.cancel();
  await rejects(fetch(url), TypeError);
});

Deno.test("--open opens the result as a file where nobody looked on, and where nothing ran", async () => {
  using program = paged();
  program.open(1);
  program.open(2);
  for (const _ of [1, 2]) {
    const path = `${join(program.root, "bin")}:${Deno.env.get("PATH")}`;
    const { code, err } = await program.run(
      { PATH: path },
      "reproduce",
      "--open",
    );
    equal(code, 0, err);
  }
  const opened = program.read("opened").trim().split("\n");
  const file = join(program.root, ".store/cache/page.html");
  equal(opened.filter((one) => one === file).length, 2);
  ok(opened.some((one) => one.startsWith("http://127.0.0.1:")));
  equal(opened.length, 3);
});

Deno.test("a live page shows texts of stages, and does not obey them", async () => {
  using program = paged();
  program.write(
    "stages/slow.js",
    `
const there = (path) => { try { Deno.statSync(path); return true; } catch { return false; } };
export default async (task) => {
  while (!there(task.hints.gate + "-" + task.point.n)) await new Promise((resolve) => setTimeout(resolve, 5));
  task.warn("<script>alert(1)</script>");
  throw new TypeError('<img src=x onerror="alert(2)">');
};
`,
  );
  const { process, url, lines } = await shown(program);
  const browser = await Browser.look(url);
  program.open(1);
  program.open(2);
  equal(await browser.until(() => false), "end");
  for (const html of Object.values(browser.sections)) {
    ok(!/<(script|img)/.test(html), html);
  }
  match(browser.sections.failures!, /slow\[n=[12]\], slow\[n=[12]\]/);
  match(browser.sections.warnings!, /&lt;script>alert/);
  while (!(await lines.next()).done);
  equal((await process.status).code, 1);
  await process.stdout.cancel();
});

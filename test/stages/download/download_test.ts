import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Hints, Params } from "../../../stages/download/stage.ts";
import { download } from "../../../stages/download/stage.ts";
import type { Patience } from "../../../stages/download/mirror.ts";
import type { Progress } from "../../../pipeline/stage/task.ts";
import { StageError } from "../../../pipeline/stage/task.ts";
import { plain } from "../../../pipeline/render/plain.ts";
import { style } from "../../../pipeline/text/style.ts";
import { Study } from "../../rig/study.ts";
import { rig } from "../../rig/task.ts";

const NAME = "train-images-idx3-ubyte.gz";
const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7);
const SHA256 = createHash("sha256").update(FILE).digest("hex");
const PARAMS: Params = { name: NAME, bytes: FILE.length, sha256: SHA256 };
const PATIENCE: Patience = {
  silence: 5_000,
  pause: 1,
  attempts: 3,
  pace: { bytes: 1, within: 60_000 },
};
const HTML = "<!DOCTYPE html><title>Please log in</title>";

/** A mirror on the loopback interface, and the requests that it saw. */
function serve(
  answer: (request: Request, count: number) => Response | Promise<Response>,
) {
  const stop = new AbortController();
  const seen: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: stop.signal,
    onListen() {},
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    seen.push(request.headers.get("range") ?? "all");
    return answer(request, seen.length);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/mnist/`,
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}

/** Promises that come true when a stage has so many bytes. */
class Ear {
  readonly #waiting: { bytes: number; resolve: () => void }[] = [];

  heard(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, resolve });
    return promise;
  }

  readonly listen = ({ done }: Progress) => {
    for (const { bytes, resolve } of this.#waiting) {
      if (done >= bytes) resolve();
    }
  };
}

/**
 * The file, or what a range asks of it. Cut to a length, it is followed by
 * silence, and then, once a promise comes true, by the end of the connection.
 */
function part(
  request: Request,
  { length = FILE.length, broken }: {
    length?: number;
    broken?: Promise<void>;
  } = {},
): Response {
  const range = /bytes=(\d+)-/.exec(request.headers.get("range") ?? "");
  const start = range ? Number(range[1]) : 0;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(FILE.subarray(start, start + length));
      if (length === FILE.length) return controller.close();
      await broken;
      if (broken) controller.error("the plug is pulled");
    },
  });
  return new Response(body, {
    status: range ? 206 : 200,
    headers: {
      "content-length": String(FILE.length - start),
      ...(range && {
        "content-range": `bytes ${start}-${FILE.length - 1}/${FILE.length}`,
      }),
    },
  });
}

function job(hints: Partial<Hints>, onProgress = (_: Progress) => {}) {
  return rig<Params, Hints>({
    params: PARAMS,
    hints: { mirrors: [], mirror: null, offline: "glyphs", ...hints },
    onProgress,
  });
}

async function failure(run: Promise<void>): Promise<StageError> {
  try {
    await run;
  } catch (error) {
    assert(error instanceof StageError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "The stage did not fail" });
}

Deno.test("download() keeps the pinned file and reports bytes", async () => {
  await using mirror = serve((request) => part(request));
  await using stage = await job({ mirrors: [mirror.url] });
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(stage.json("source"), { kind: "mirror" });
  assert.deepEqual(stage.progress.at(-1), {
    done: FILE.length,
    total: FILE.length,
    unit: "bytes",
  });
  assert.deepEqual([stage.warnings, stage.provisional], [[], []]);
});

Deno.test("download() asks DATASET_MIRROR first, a folder or a URL", async () => {
  await using other = serve((request) => part(request));
  await using first = serve((request) => part(request));
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/${NAME}`, FILE);
  for (const mirror of [folder, first.url]) {
    await using stage = await job({ mirror, mirrors: [other.url] });
    await download(stage.task, PATIENCE);
    assert.deepEqual(stage.bytes("file"), FILE);
  }
  assert.deepEqual([first.seen, other.seen], [["all"], []]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("download() continues a broken transfer where it broke", async () => {
  const ear = new Ear();
  await using mirror = serve((request, count) =>
    count < 3
      ? part(request, { length: 100_000, broken: ear.heard(100_000 * count) })
      : part(request)
  );
  await using stage = await job({ mirrors: [mirror.url] }, ear.listen);
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(mirror.seen, ["all", "bytes=100000-", "bytes=200000-"]);
});

Deno.test("download() starts over at a mirror that knows no ranges", async () => {
  const ear = new Ear();
  await using mirror = serve((request, count) =>
    count === 1
      ? part(request, { length: 100_000, broken: ear.heard(100_000) })
      : new Response(FILE)
  );
  await using stage = await job({ mirrors: [mirror.url] }, ear.listen);
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(mirror.seen, ["all", "bytes=100000-"]);
});

Deno.test("download() forgets the beginning when a mirror starts over with something else", async () => {
  const ear = new Ear();
  await using mirror = serve((request, count) =>
    count === 1
      ? part(request, { length: 100_000, broken: ear.heard(100_000) })
      : new Response(HTML)
  );
  await using stage = await job({ mirrors: [mirror.url] }, ear.listen);
  const error = await failure(download(stage.task, PATIENCE));
  const found = createHash("sha256").update(HTML).digest("hex");
  assert.match(error.seen ?? "", new RegExp(`found ${found}`));
});

Deno.test("download() waits for a slow mirror as long as it says something", async () => {
  await using slow = serve(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          for (let start = 0; start < FILE.length; start += 50_000) {
            controller.enqueue(FILE.subarray(start, start + 50_000));
            // Time itself is what this test is about.
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
          controller.close();
        },
      }),
    )
  );
  await using stage = await job({ mirrors: [slow.url] });
  await download(stage.task, {
    silence: 1_000,
    pause: 1,
    attempts: 1,
    pace: { bytes: 1_000, within: 1_000 },
  });
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual([slow.seen, stage.warnings], [["all"], []]);
});

Deno.test("download() does not blame a mirror for another's broken beginning", async () => {
  const ear = new Ear();
  await using bad = serve(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(1000));
          await ear.heard(1000);
          controller.error("the plug is pulled");
        },
      }),
      { headers: { "content-length": String(FILE.length) } },
    )
  );
  await using good = serve((request) => part(request));
  await using stage = await job(
    { mirrors: [bad.url, good.url] },
    ear.listen,
  );
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(good.seen, ["bytes=1000-", "all"]);
});

Deno.test("download() tries again after 503, but only so often", async () => {
  await using mirror = serve((request, count) =>
    count < 3 ? new Response("busy", { status: 503 }) : part(request)
  );
  await using stage = await job({ mirrors: [mirror.url] });
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.match(stage.warnings.join("\n"), /answers 503.*; trying again/);

  await using dead = serve(() => new Response(null, { status: 503 }));
  await using other = await job({ mirrors: [dead.url] });
  await download(other.task, PATIENCE);
  assert.equal(dead.seen.length, 3);
  assert.match(other.provisional.join(), /503.*3 times in a row/);
});

Deno.test("download() gives up on a mirror that falls silent, and continues at the next", async () => {
  await using mute = serve((request, count) =>
    part(request, { length: count === 1 ? 100_000 : 0 })
  );
  await using good = serve((request) => part(request));
  await using stage = await job({ mirrors: [mute.url, good.url] });
  await download(stage.task, {
    ...PATIENCE,
    silence: 250,
    attempts: 2,
  });
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(good.seen, ["bytes=100000-"]);
  assert.match(stage.warnings.join("\n"), /nothing heard for 0.25 s/);
});

Deno.test("download() tells a web page from the file, names both digests and tries the next mirror", async () => {
  await using portal = serve(() => new Response(HTML));
  await using good = serve((request) => part(request));
  await using stage = await job({ mirrors: [portal.url, good.url] });
  await download(stage.task, PATIENCE);
  const found = createHash("sha256").update(HTML).digest("hex");
  assert.deepEqual(stage.warnings, [
    `${portal.url}: served a web page for ${NAME}: ` +
    `expected SHA-256 ${SHA256} (300000 bytes), found ${found} (${HTML.length} bytes)` +
    `; ${good.url} has the file`,
  ]);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.deepEqual(portal.seen, ["all"]);
});

Deno.test("download() fails where mirrors answer, but none with the file: no stand-in", async () => {
  const wrong = FILE.slice();
  wrong[5]! ^= 1;
  await using altered = serve(() => new Response(wrong));
  await using short = serve(() => new Response(FILE.slice(0, 1000)));
  await using lost = serve(() => new Response(null, { status: 404 }));
  const endless = serve(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      }),
    )
  );
  await using _endless = endless;
  await using stage = await job({
    mirrors: [altered.url, short.url, lost.url, endless.url, "http://[::1]:9"],
  });
  const error = await failure(download(stage.task, PATIENCE));
  assert.equal(error.what, `Cannot get ${NAME}`);
  assert.match(error.seen ?? "", /a wrong file.*a truncated.*answers 404/);
  assert.match(error.hint ?? "", new RegExp(SHA256));
  assert.deepEqual(stage.provisional, []);
  assert.deepEqual([...Deno.readDirSync(stage.task.scratch)], []);
  assert.throws(() => stage.bytes("file"), Deno.errors.NotFound);
  assert.equal(lost.seen.length, 1);
});

Deno.test("download() hands on nothing, provisionally, if no mirror can be reached", async () => {
  const unreachable = ["http://127.0.0.1:2/", "http://mirror.invalid/mnist"];
  await using stage = await job({ mirrors: unreachable });
  await download(stage.task, PATIENCE);
  assert.equal(stage.bytes("file").length, 0);
  assert.deepEqual(stage.json("source"), { kind: "unavailable" });
  const [reason] = stage.provisional;
  for (const url of unreachable) assert(reason?.includes(url), String(reason));
  assert.match(reason ?? "", /Connection refused.*does not resolve/);

  await using strict = await job({ mirrors: unreachable, offline: "fail" });
  const error = await failure(download(strict.task, PATIENCE));
  assert.match(error.hint ?? "", /DATASET_MIRROR/);
});

Deno.test("download() asks the mirrors where DATASET_MIRROR lacks the file, and draws no stand-in for it", async () => {
  const empty = Deno.makeTempDirSync();
  for (const mirror of ["/nowhere", empty]) {
    await using stage = await job({
      mirror,
      mirrors: ["http://127.0.0.1:2/"],
      offline: "glyphs",
    });
    const error = await failure(download(stage.task, PATIENCE));
    assert(error.seen?.includes(`there is no file ${mirror}/${NAME}`));

    await using good = serve((request) => part(request));
    await using other = await job({ mirror, mirrors: [good.url] });
    await download(other.task, PATIENCE);
    assert.deepEqual(other.bytes("file"), FILE);
  }
  Deno.removeSync(empty);
});

Deno.test("download() follows redirects, and explains one to an undeclared host", async () => {
  await using good = serve((request) => part(request));
  await using moved = serve(() =>
    new Response(null, { status: 302, headers: { location: good.url } })
  );
  await using stage = await job({ mirrors: [moved.url] });
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);

  // Permissions cannot be narrowed within a test: a process of its own.
  const program = `
    import { ask, stalled } from ${
    JSON.stringify(
      new URL("../../../stages/download/answer.ts", import.meta.url).href,
    )
  };
    const silence = stalled(5000);
    console.log(JSON.stringify(await ask(${
    JSON.stringify(moved.url)
  }, 0, silence)));
    silence.stop();`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--allow-net=${new URL(moved.url).host}`,
      `data:application/typescript,${encodeURIComponent(program)}`,
    ],
  }).output();
  const { why } = JSON.parse(
    new TextDecoder().decode(stdout) || new TextDecoder().decode(stderr),
  );
  assert.match(why, /redirects to 127\.0\.0\.1:\d+, which is not a declared/);
});

Deno.test("download() says that the disk is full", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using mirror = serve((request) => part(request));
  await using stage = await job({ mirrors: [mirror.url] });
  await Deno.symlink("/dev/full", `${stage.task.scratch}/${NAME}.part`);
  const error = await failure(download(stage.task, PATIENCE));
  assert.equal(error.seen, "the disk is full");
});

Deno.test("download() gives up on a mirror that breaks off at the same place each time", async () => {
  const ear = new Ear();
  let again = Promise.withResolvers<void>();
  await using half = serve((request, count) => {
    if (count > 40) return new Response(null, { status: 404 });
    if (request.headers.has("range")) {
      // No range, and nothing: the beginning is gone.
      return new Response(
        new ReadableStream({
          start: (controller) => controller.error("the plug is pulled"),
        }),
        { headers: { "content-length": String(FILE.length) } },
      );
    }
    again = Promise.withResolvers<void>();
    ear.heard(150_000).then(again.resolve);
    return part(request, { length: 150_000, broken: again.promise });
  });
  await using good = serve((request) => part(request));
  await using stage = await job(
    { mirrors: [half.url, good.url] },
    ear.listen,
  );
  await download(stage.task, PATIENCE);
  assert.deepEqual(stage.bytes("file"), FILE);
  assert(half.seen.length < 10, `${half.seen.length} requests`);
});

Deno.test("download() gives up on a mirror that drips", async () => {
  await using drip = serve((_, count) =>
    count > 3 ? new Response(null, { status: 404 }) : new Response(
      new ReadableStream({
        async start(controller) {
          // Time itself is what this test is about.
          for (let start = 0; start < 40; start++) {
            controller.enqueue(FILE.subarray(start, start + 1));
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
          controller.error("the plug is pulled");
        },
        cancel() {},
      }),
      { headers: { "content-length": String(FILE.length) } },
    )
  );
  await using good = serve((request) => part(request));
  await using stage = await job({ mirrors: [drip.url, good.url] });
  await download(stage.task, {
    ...PATIENCE,
    pace: { bytes: 1_000, within: 300 },
  });
  assert.deepEqual(stage.bytes("file"), FILE);
  assert.match(stage.warnings.join("\n"), /less than 1000 bytes in 0.3 s/);
  assert.equal(drip.seen.length, 1);
});

Deno.test("download() does not wait for a pipe, nor read a folder or a device", async () => {
  const folder = await Deno.makeTempDir();
  const pipe = new Deno.Command("mkfifo", { args: [`${folder}/${NAME}`] });
  assert((await pipe.output()).success);
  await using good = serve((request) => part(request));
  for (const make of ["pipe", "folder", "device"]) {
    if (make !== "pipe") Deno.removeSync(`${folder}/${NAME}`);
    if (make === "folder") Deno.mkdirSync(`${folder}/${NAME}`);
    if (make === "device") Deno.symlinkSync("/dev/zero", `${folder}/${NAME}`);
    await using stage = await job({ mirror: folder, mirrors: [good.url] });
    await download(stage.task, PATIENCE);
    assert.deepEqual(stage.bytes("file"), FILE);
    assert.match(stage.warnings.join("\n"), /is no plain file/);
  }
  Deno.removeSync(folder, { recursive: true });
});

/** A server of whatever bytes, which HTTP's own would not send. */
function raw(answer: (request: string, count: number) => string | Uint8Array) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const seen: string[] = [];
  const served: Promise<void>[] = [];
  async function talk(connection: Deno.Conn): Promise<void> {
    try {
      const buffer = new Uint8Array(65_536);
      const read = await connection.read(buffer);
      const request = new TextDecoder().decode(buffer.subarray(0, read ?? 0));
      seen.push(request);
      const said = answer(request, seen.length);
      const bytes = typeof said === "string"
        ? new TextEncoder().encode(said)
        : said;
      for (let done = 0; done < bytes.length;) {
        done += await connection.write(bytes.subarray(done));
      }
      await connection.closeWrite();
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    } finally {
      connection.close();
    }
  }
  const all = (async () => {
    for await (const connection of listener) served.push(talk(connection));
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/mnist/`,
    seen,
    async [Symbol.asyncDispose]() {
      listener.close();
      await all;
      await Promise.all(served);
    },
  };
}

/** An answer over HTTP, headers and body as they are given. */
function said(
  status: string,
  headers: readonly string[] = [],
  body: string | Uint8Array = "",
): Uint8Array {
  const head = [`HTTP/1.1 ${status}`, "connection: close", ...headers, "", ""]
    .join("\r\n");
  const text = new TextEncoder();
  const bytes = typeof body === "string" ? text.encode(body) : body;
  return new Uint8Array([...text.encode(head), ...bytes]);
}

const HALF = FILE.subarray(0, 150_000);
const LENGTH = `content-length: ${FILE.length}`;
const to = (location: string) => said("302 Found", [`location: ${location}`]);
/** What mirrors answer that lie, break, or do not know better. */
const LIARS: {
  readonly [lie: string]: (
    request: string,
    count: number,
  ) => string | Uint8Array;
} = {
  "nothing": () => "",
  "no HTTP": () => "220 mail.example.org ESMTP\r\n",
  "half a head": () => "HTTP/1.1 200 OK\r\ncontent-le",
  "a head without end": () =>
    "HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(300_000),
  "a length that is none": () => said("200 OK", ["content-length: -5"], FILE),
  "two lengths": () => said("200 OK", [LENGTH, "content-length: 3"], FILE),
  "an enormous length": () =>
    said("200 OK", ["content-length: 99999999999999999999"], FILE),
  "less than its length": () => said("200 OK", [LENGTH], HALF),
  "more than its length": () => said("200 OK", ["content-length: 1000"], FILE),
  "half, and it is all": () => said("200 OK", [], HALF),
  "an empty body": () => said("200 OK", ["content-length: 0"]),
  "no content": () => said("204 No Content"),
  "not modified": () => said("304 Not Modified"),
  "a choice": () => said("300 Multiple Choices"),
  "a status of its own": () =>
    said("999 Why Not", [LENGTH], FILE.slice().reverse()),
  "chunks that are none": () =>
    said("200 OK", ["transfer-encoding: chunked"], "zzz\r\nabc"),
  "chunks that break off": () =>
    said("200 OK", ["transfer-encoding: chunked"], "5\r\nabcde\r\n"),
  "a web page": () => said("200 OK", ["content-type: text/html"], HTML),
  "gzip of something else": () =>
    said("200 OK", ["content-encoding: gzip"], gzipSync(HTML)),
  "an unknown encoding": () =>
    said("200 OK", ["content-encoding: rot13", "content-length: 3"], "abc"),
  "another part": (request) =>
    /range:/i.test(request)
      ? said("206 Partial Content", [
        `content-range: bytes 7-${FILE.length - 1}/${FILE.length}`,
      ], FILE.subarray(7))
      : said("200 OK", [LENGTH], HALF),
  "a part without its place": (request) =>
    /range:/i.test(request)
      ? said("206 Partial Content", [], FILE.subarray(150_000))
      : said("200 OK", [LENGTH], HALF),
  "an empty part": (request) =>
    /range:/i.test(request)
      ? said("206 Partial Content", [
        `content-range: bytes 150000-${FILE.length - 1}/${FILE.length}`,
        "content-length: 0",
      ])
      : said("200 OK", [LENGTH], HALF),
  "a part that breaks off at once": (request) =>
    /range:/i.test(request)
      ? said("206 Partial Content", [
        `content-range: bytes 150000-${FILE.length - 1}/${FILE.length}`,
        `content-length: ${FILE.length - 150_000}`,
      ])
      : said("200 OK", [LENGTH], HALF),
  "half again and again": () => said("200 OK", [LENGTH], HALF),
  "one byte more each time": (_, count) =>
    said("200 OK", [LENGTH], FILE.subarray(0, count)),
  "unsatisfiable": (request) =>
    /range:/i.test(request)
      ? said("416 Range Not Satisfiable")
      : said("200 OK", [LENGTH], HALF),
  "wrong bytes after half": (request) =>
    /range:/i.test(request)
      ? said("206 Partial Content", [
        `content-range: bytes 150000-${FILE.length - 1}/${FILE.length}`,
      ], new Uint8Array(150_000))
      : said("200 OK", [LENGTH], HALF),
  "a redirect to itself": () => to("?"),
  "a redirect to nowhere": () => to("http://[/"),
  "a redirect to a file": () => to("file:///etc/hostname"),
  "a redirect to data": () => to("data:text/plain,hello"),
  "a redirect to a port of nobody": () => to("http://127.0.0.1:1/"),
  "a redirect to no name": () => to("https://portal.invalid/login"),
  "a redirect from http to https": () => to("https://127.0.0.1:1/"),
  "redirects without end": (_, count) => to(`/mnist/${count}`),
  "busy": () => said("503 Service Unavailable"),
  "forbidden": () => said("403 Forbidden"),
};

Deno.test("download() takes the file from the next mirror, however a mirror lies", async (t) => {
  for (const [lie, answer] of Object.entries(LIARS)) {
    await t.step(lie, async () => {
      await using liar = raw((request, count) =>
        count > 60 ? said("404 Not Found") : answer(request, count)
      );
      await using good = serve((request) => part(request));
      await using stage = await job({ mirrors: [liar.url, good.url] });
      await download(stage.task, PATIENCE);
      assert.deepEqual(stage.bytes("file"), FILE);
      assert(liar.seen.length < 30, `${liar.seen.length} requests`);
      assert.match(stage.warnings.join("\n"), /^http\S+: \w/);
      assert.doesNotMatch(
        stage.warnings.join("\n"),
        /undefined|\[object|Error:|os error/,
      );

      await using alone = await job({ mirrors: [liar.url], offline: "fail" });
      const { what, seen = "", hint } = await failure(
        download(alone.task, PATIENCE),
      );
      assert.equal(what, `Cannot get ${NAME}`);
      assert(seen.length < 500 && hint, seen);
    });
  }
});

/** A study of the true stage in a process of its own: an instance for each file. */
async function downloads(
  mirrors: readonly string[],
  offline: Hints["offline"],
  files?: readonly string[],
): Promise<Study> {
  const study = await Study.start();
  mkdirSync(`${study.root}/stages/download`);
  mkdirSync(`${study.root}/pipeline/stage`, { recursive: true });
  for (
    const path of [
      "stages/download/stage.ts",
      "stages/download/answer.ts",
      "stages/download/mirror.ts",
      "stages/download/part.ts",
      "pipeline/stage/json.ts",
      "pipeline/stage/task.ts",
    ]
  ) {
    copyFileSync(
      new URL(`../../../${path}`, import.meta.url),
      `${study.root}/${path}`,
    );
  }
  return study.stage("download", {
    params: { ...PARAMS },
    outputs: ["file", "source"],
    ...(files && { matrix: { file: files } }),
    more: {
      runs: { kind: "module", module: "stages/download/stage.ts" },
      hints: { mirrors, mirror: null, offline },
      permissions: { net: mirrors.map((url) => new URL(url).host) },
    },
  });
}

Deno.test("what was tried, and why in vain, is told once for all files, and that a stand-in is drawn", async () => {
  const mirrors = ["http://127.0.0.1:2/a", "http://127.0.0.1:3/b"];
  const files = ["images", "labels", "more-images", "more-labels"];
  await using study = await downloads(mirrors, "glyphs", files);
  assert.deepEqual(
    Object.values(await study.run()),
    files.map(() => "built"),
  );
  let log = "";
  const tell = plain((text) => log += text, () => {}, style(false));
  for (const event of study.events) tell(event);
  assert.deepEqual(
    log.split("\n").filter((line) => /mirror|127\.0|stand-in/.test(line))
      .map((line) => line.replace(/^.*?\]: /, "")),
    [
      "no mirror can be reached (" +
      mirrors.map((url) => `${url}: Connection refused`).join("; ") +
      "), so stand-in data is drawn",
    ],
  );
});

Deno.test("a captive portal does not fail the stage: the next mirror is asked", async () => {
  await using portal = serve(() => new Response(HTML));
  await using captive = serve(() =>
    new Response(null, { status: 302, headers: { location: portal.url } })
  );
  await using good = serve((request) => part(request));
  await using study = await downloads([captive.url, good.url], "fail");
  const ends = await study.run();
  assert.match(ends.download ?? "", /^built/, JSON.stringify(study.events));
  assert.deepEqual([captive.seen, portal.seen, good.seen], [["all"], [], [
    "all",
  ]]);
  const told = study.events.flatMap((event) =>
    event.kind === "warned" ? [event.message] : []
  );
  assert.match(told.join(), /redirects to 127.0.0.1:\d+, which is not a decl/);
});

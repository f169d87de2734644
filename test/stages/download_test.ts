import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Hints, Params } from "../../stages/download.ts";
import { download } from "../../stages/download.ts";
import type { Patience } from "../../stages/download/mirror.ts";
import type { Progress } from "../../pipeline/task.ts";
import { StageError } from "../../pipeline/task.ts";
import { rig } from "./task.ts";

const NAME = "train-images-idx3-ubyte.gz";
const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7);
const SHA256 = createHash("sha256").update(FILE).digest("hex");
const PARAMS: Params = { name: NAME, bytes: FILE.length, sha256: SHA256 };
const PATIENCE: Patience = { silence: 5_000, pause: 1, attempts: 3 };
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
  await download(stage.task, { silence: 1_000, pause: 1, attempts: 1 });
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
  await download(stage.task, { silence: 250, pause: 1, attempts: 2 });
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
    `expected SHA-256 ${SHA256} (300000 bytes), found ${found} (${HTML.length} bytes)`,
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

Deno.test("download() fails if DATASET_MIRROR lacks the file and nothing else has it", async () => {
  await using stage = await job({ mirror: "/nowhere" });
  const error = await failure(download(stage.task, PATIENCE));
  assert.match(error.seen ?? "", /there is no file \/nowhere\/train-images/);
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
      new URL("../../stages/download/answer.ts", import.meta.url).href,
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

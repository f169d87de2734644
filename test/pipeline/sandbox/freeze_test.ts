import { deepEqual, equal } from "node:assert/strict";
import { Project } from "./project.ts";

const look = `
  const worker = new Worker("data:text/javascript,postMessage([Date.now(), performance.now(), navigator.hardwareConcurrency])", { type: "module" });
  const inWorker = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.terminate();
  const before = [Date.now(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { Now } = (globalThis as any).Temporal;
  Deno.writeTextFileSync(task.output("result"), JSON.stringify({
    before, after: [Date.now(), performance.now()], inWorker,
    date: [new Date().toISOString(), Date(), new Date() instanceof Date, new Date(5).getTime(), new Date(2001, 1, 3).toISOString()],
    intl: [new Intl.DateTimeFormat().format(), new Intl.DateTimeFormat("de").formatToParts().length, new Date().toLocaleString()],
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    temporal: [Now.instant(), Now.plainDateTimeISO(), Now.plainDateISO(), Now.plainTimeISO(), Now.zonedDateTimeISO()].map(String),
    node: [process.hrtime(), String(process.hrtime.bigint()), process.uptime(), (await import("node:perf_hooks")).performance.now()],
    entries: performance.getEntries().length,
    chance: [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))], (await import("node:crypto")).randomBytes(4).toString("hex")],
    cores: navigator.hardwareConcurrency,
  }));
`;

Deno.test("a stage lives in one instant, one time zone and one stream of chance", async () => {
  await using project = await Project.make();
  const seen: string[] = [];
  for (const zone of ["Asia/Tokyo", "America/New_York"]) {
    Deno.env.set("TZ", zone);
    const ran = await project.run(
      project.stage(look, { outputs: { result: "result.json" } }),
    );
    Deno.env.delete("TZ");
    equal(ran.ended.kind, "done", ran.log);
    seen.push(ran.text("result"));
  }
  equal(seen[0], seen[1]);
  const { before, after, inWorker, date, zone, temporal, node } = JSON.parse(
    seen[0] ?? "",
  );
  deepEqual(before, [946684800000, 0]);
  deepEqual(after, before);
  deepEqual(inWorker, [...before, 1]);
  deepEqual(date, [
    "2000-01-01T00:00:00.000Z",
    "Sat Jan 01 2000 00:00:00 GMT+0000 (Coordinated Universal Time)",
    true,
    5,
    "2001-02-03T00:00:00.000Z",
  ]);
  equal(zone, "UTC");
  equal(temporal[0], "2000-01-01T00:00:00Z");
  deepEqual(node, [[0, 0], "0", 0, 0]);
});

const libraries: readonly [string, string][] = [
  [
    "@tensorflow/tfjs-layers",
    `
  const tf = await import("npm:@tensorflow/tfjs-core@4.22.0");
  await import("npm:@tensorflow/tfjs-backend-cpu@4.22.0");
  const { layers, sequential } = await import("npm:@tensorflow/tfjs-layers@4.22.0");
  await tf.setBackend("cpu");
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] });
  await model.predict(tf.ones([8, 2])).data();`,
  ],
  [
    "onnxruntime-web",
    `
  const ort = await import("npm:onnxruntime-web@1.30.0");
  ort.env.wasm.numThreads = 1;
  // Gets as far as parsing: the WASM has been loaded and started.
  await ort.InferenceSession.create(new Uint8Array([255])).catch((error: Error) => { if (!/protobuf/i.test(String(error))) throw error; });`,
  ],
  [
    "onnxruntime-node",
    `
  const ort = await import("npm:onnxruntime-node@1.30.0");
  await ort.InferenceSession.create(new Uint8Array([255])).catch((error: Error) => { if (!/protobuf/i.test(String(error))) throw error; });`,
  ],
  [
    "@resvg/resvg-wasm",
    `
  const { initWasm, Resvg } = await import("npm:@resvg/resvg-wasm@2.6.2");
  await initWasm(Deno.readFileSync(new URL(import.meta.resolve("npm:@resvg/resvg-wasm@2.6.2/index_bg.wasm"))));
  if (new Resvg("<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>").render().pixels.length !== 16) throw new Error("no pixels");`,
  ],
  ["fontkit", `await import("npm:fontkit@2.0.4");`],
  ["uplot", `await import("npm:uplot@1.6.32");`],
];

for (const [name, body] of libraries) {
  Deno.test(`${name} works in a frozen sandbox, with nothing undeclared`, async () => {
    await using project = await Project.make();
    const ran = await project.run(project.stage(body, {
      permissions: { ffi: [name] },
    }));
    equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
  });
}

Deno.test("a file has the time of the stage, a key cannot be generated, and a graphics card must be declared", async () => {
  await using project = await Project.make();
  const body = `
  const inWorker = await new Promise((resolve) => {
    const worker = new Worker("data:text/javascript,postMessage([new File([], 'x').lastModified, 'gpu' in navigator])", { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
  });
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]).catch(({ message }) => message);
  Deno.writeTextFileSync(task.output("result"), JSON.stringify({
    files: [new File([], "x").lastModified, new File([], "x", { lastModified: 5 }).lastModified],
    gpu: "gpu" in navigator, inWorker, key,
  }));
`;
  for (const gpu of [false, true]) {
    const ran = await project.run(
      project.stage(body, { gpu, outputs: { result: "result.json" } }),
    );
    equal(ran.ended.kind, "done", ran.log);
    const seen = JSON.parse(ran.text("result"));
    deepEqual(seen.files, [946684800000, 5]);
    deepEqual([seen.gpu, seen.inWorker], [gpu, [946684800000, gpu]]);
    equal(/crypto\.getRandomValues/.test(seen.key), true);
  }
});

Deno.test("what a worker of Node puts into a cache is gone with the process", async () => {
  await using project = await Project.make();
  const body = `
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(\`
    const { parentPort } = require("node:worker_threads");
    caches.open("probe-" + ${Deno.pid}).then(async (cache) => {
      const before = await cache.match("http://probe/");
      await cache.put("http://probe/", new Response("kept"));
      parentPort.postMessage(before === undefined ? "empty" : "kept");
    });
  \`, { eval: true });
  const found = await new Promise((resolve, reject) => { worker.on("message", resolve); worker.on("error", reject); });
  await worker.terminate();
  Deno.writeTextFileSync(task.output("result"), found);
`;
  for (const _ of [1, 2]) {
    const ran = await project.run(
      project.stage(body, { outputs: { result: "result.txt" } }),
    );
    equal(ran.ended.kind, "done", JSON.stringify(ran.ended) + ran.log);
    equal(ran.text("result"), "empty");
  }
});

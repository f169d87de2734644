/** What "auto" stands for, and how the doctor finds out. */
import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  automatic,
  examine,
  sooner,
  standing,
} from "../../../stages/experiment/engines.ts";
import { resolved } from "../../../stages/experiment/resolved.ts";
import { adapter } from "../../../stages/training/engine.ts";
import { experimentOf } from "../../rig/perform.ts";
import { skip } from "../../rig/skip.ts";

const CARD = { name: "Card", software: false };
const card = () => Promise.resolve(CARD);
const cores = navigator.hardwareConcurrency;
const { default: { imports } } = await import("../../../deno.json", {
  with: { type: "json" },
});

const machine = {
  adapter: CARD.name,
  cores,
  deno: Deno.version.deno,
  runtime: imports["onnxruntime-web"],
};

const folder = mkdtempSync(join(tmpdir(), "engines-"));
addEventListener("unload", () => rmSync(folder, { recursive: true }));
let files = 0;

/** A file with a measurement, or another text. */
function file(content?: object | string): string {
  const path = join(folder, `${files++}.json`);
  if (content !== undefined) {
    writeFileSync(
      path,
      typeof content === "string" ? content : JSON.stringify(content),
    );
  }
  return path;
}

Deno.test("sooner() compares a card with the cores that so many networks can use", () => {
  const of = (webgpu: number) => ({
    machine: { ...machine, cores: 4 },
    webgpu,
    portable: 100,
  });
  equal(sooner(of(250), 1), "webgpu", "one network uses two cores");
  equal(sooner(of(150), 1), "portable");
  equal(sooner(of(350), 2), "portable");
  equal(sooner(of(450), 100), "webgpu", "there are four cores");
  equal(sooner(of(350), 100), "portable");
});

Deno.test("auto is portable but where this very machine was measured to be faster with its card", async () => {
  const fast = { machine, webgpu: 1e6, portable: 1 };
  equal(await automatic(file(fast), 3, card), "webgpu");
  equal(await automatic(file({ ...fast, webgpu: 0.5 }), 3, card), "portable");
  equal(await automatic(file(), 3, card), "portable", "never measured");
  equal(await automatic(file("{"), 3, card), "portable");
  equal(await automatic(file({ webgpu: 1e6 }), 3, card), "portable");
  for (
    const other of [
      { adapter: "Another" },
      { cores: cores + 1 },
      { deno: "2.0.0" },
      { runtime: "npm:onnxruntime-web@1.0.0" },
    ]
  ) {
    const found = { ...fast, machine: { ...machine, ...other } };
    equal(await automatic(file(found), 3, card), "portable");
  }
  const software = () => Promise.resolve({ ...CARD, software: true });
  equal(await automatic(file(fast), 3, software), "portable");
  const none = () => Promise.resolve(undefined);
  equal(await automatic(file(fast), 3, none), "portable");
});

Deno.test("resolved() takes a named engine, and portable for auto where nothing was measured", async () => {
  const experiment = experimentOf({ set: [] });
  const engine = async (wanted: "auto" | "native") => {
    const training = { ...experiment.training, engine: wanted };
    return (await resolved({ ...experiment, training }, file())).training
      .engine;
  };
  equal(await engine("auto"), "portable");
  equal(await engine("native"), "native");
});

const found = await adapter();
if (!found) skip("measuring a graphics card", "there is no WebGPU adapter");

Deno.test("standing() says what auto is, and by what it was decided", async () => {
  const found = { machine, webgpu: 2000, portable: 900 };
  const said = async (...given: Parameters<typeof standing>) => {
    const { found, hint } = await standing(...given);
    return [found, hint];
  };
  deepEqual(await said(file(found), 1, card), [
    `webgpu: Card trains 2,000 images a second, portable 900 on each of ${cores} cores`,
    undefined,
  ]);
  deepEqual(await said(file({ ...found, webgpu: 1 }), 3, card), [
    `portable: Card trains 1 images a second, portable 900 on each of ${cores} cores`,
    undefined,
  ]);
  deepEqual(
    await said(
      file({ ...found, machine: { ...machine, deno: "1.0.0" } }),
      3,
      card,
    ),
    [
      "portable: Card was not measured with this Deno and runtime",
      "deno task doctor measures it",
    ],
  );
  deepEqual(await said(file(found), 3, () => Promise.resolve(undefined)), [
    "portable: this machine has no graphics card",
    undefined,
  ]);
});

Deno.test("examine() measures a card, says what auto is now, and keeps it", {
  ignore: !found,
  // The device lives as long as the process.
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const path = file();
  const experiment = experimentOf({ set: ["training.batch_size=2"] });
  const told = await Array.fromAsync(
    examine(path, experiment, { find: card, seconds: 0 }),
  );
  equal(told.length, 1);
  equal(told[0]?.kind, "good");
  match(
    told[0]!.found,
    /^"auto" is portable: Card trains [\d,]+ images a second, portable [\d,]+ on each of \d+ cores$/,
  );
  const { machine: kept } = JSON.parse(Deno.readTextFileSync(path));
  deepEqual(kept, machine);
});

Deno.test("examine() says why a card cannot train, and looks at no other adapter", async () => {
  const path = file();
  const experiment = experimentOf({ set: [] });
  const none = () => Promise.resolve(undefined);
  deepEqual(
    await Array.fromAsync(examine(path, experiment, { find: none })),
    [],
  );
  if (!found) {
    const [told] = await Array.fromAsync(
      examine(path, experiment, { find: card }),
    );
    equal(told?.kind, "doubt");
    match(told!.found, /^Card: Cannot train with engine webgpu/);
  }
  equal(existsSync(path), false);
});

/**
 * One contestant of the training benchmark: sets itself up, then runs a block of
 * steps for each line that it reads and answers with the seconds it took.
 *
 *   worker.ts ENGINE FORM THREADS STEPS
 */
import { cpuUsage } from "node:process";
import { lines } from "../line.ts";
import { openThreads } from "../../../pipeline/sandbox/process/thread.ts";
import { rates } from "../../../stages/training/adam.ts";
import { partsOf } from "../../../stages/training/parts.ts";
import { plain } from "../../../stages/training/plain.ts";
import type { Lowering } from "../../../stages/training/operation.ts";
import {
  optimised,
  optimisedForNative,
} from "../../../stages/training/optimised.ts";
import {
  graphTrainer,
  type Trainer,
} from "../../../stages/training/trainer.ts";
import {
  ADAM,
  before,
  chain,
  SHAPE,
  strokes,
} from "../../stages/training/fixture.ts";

const BATCH = 64;
const [engine = "portable", form = "optimised", threads = "1", count = "20"] =
  Deno.args;
const steps = Number(count);

/** What threads run. */
const MEMBER = import.meta.resolve("../../../stages/training/member.ts");

/** `plain`, or the optimised form: `whole batches` or in parts, many steps or `one step a call`. */
function loweringOf(fast: Lowering): Lowering {
  return form === "plain" ? plain : fast;
}

async function contestant(): Promise<Trainer> {
  const of = chain();
  const start = before(of, 1);
  // As a stage cuts batches, unless the form says otherwise.
  const parts = engine === "portable" && form !== "whole batches"
    ? partsOf(engine, BATCH)
    : 1;
  const problem = { chain: of, batch: BATCH, parts, adam: ADAM };
  switch (engine) {
    case "portable": {
      const { portable } = await import("../../../stages/onnx/portable.ts");
      return graphTrainer(portable(), {
        problem,
        lowering: loweringOf(optimised),
        start,
        threads: {
          cores: () => Number(threads),
          lost: (error) => {
            throw error;
          },
          starts: form === "optimised"
            ? await openThreads(Number(threads) - 1, MEMBER, [])
            : [],
        },
      });
    }
    case "native": {
      const { native } = await import("../../../stages/onnx/native.ts");
      return graphTrainer(native(), {
        problem,
        lowering: loweringOf(optimisedForNative),
        start,
      });
    }
    case "cuda": {
      const { cuda } = await import("../../../stages/training/cuda.ts");
      return graphTrainer(cuda(), {
        problem,
        lowering: loweringOf(optimised),
        start,
      });
    }
    case "webgpu": {
      const { card } = await import("../../../stages/training/webgpu.ts");
      const { open } = await card();
      return graphTrainer(open, { problem, lowering: optimised, start });
    }
    default:
      throw new TypeError(`No engine ${engine}`);
  }
}

const one = await contestant();
const images = strokes(steps * BATCH, 1);
const bytes = BATCH * SHAPE.height * SHAPE.width;
const rate = rates(ADAM, 0, steps);
const stride = form === "one step a call" ? 1 : one.stride;

async function block(): Promise<{ seconds: number; processor: number }> {
  const [begin, before] = [performance.now(), cpuUsage()];
  for (let from = 0; from < steps; from += stride) {
    const to = Math.min(from + stride, steps);
    await one.advance(
      images.subarray(from * bytes, to * bytes),
      rate.subarray(from, to),
    );
  }
  const { user, system } = cpuUsage(before);
  return {
    seconds: (performance.now() - begin) / 1000,
    processor: (user + system) / 1e6,
  };
}

const encoder = new TextEncoder();
const say = (value: object) =>
  Deno.stdout.writeSync(encoder.encode(JSON.stringify(value) + "\n"));
say({ ready: true });
for await (const _ of Deno.stdin.readable.pipeThrough(lines())) {
  const took = await block();
  say({ ...took, images: steps * BATCH, rss: Deno.memoryUsage().rss });
}
// Threads of its own may keep a process alive.
Deno.exit();

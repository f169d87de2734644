/** A task over a temporary folder, to run a stage inside a test's own process. */
import type { JsonObject } from "../../pipeline/stage/json.ts";
import type { Point } from "../../pipeline/stage/declaration.ts";
import type { Progress, Task } from "../../pipeline/stage/task.ts";

/** What a stage said and left, for a test to look at. */
export interface Rig<Params, Hints> extends AsyncDisposable {
  readonly task: Task<Params, Hints>;
  readonly folder: string;
  readonly warnings: string[];
  readonly provisional: string[];
  readonly progress: Progress[];
  bytes(output: string): Uint8Array<ArrayBuffer>;
  text(output: string): string;
  json(output: string): JsonObject;
}

/**
 * A task with these parameters and inputs. A single input is a path; `every` is
 * a list of points with paths. Outputs lie in the folder, by their names.
 */
export async function rig<Params, Hints = JsonObject>(
  { params, hints, inputs = {}, onProgress = () => {} }: {
    params: Params;
    hints?: Hints;
    inputs?: {
      readonly [name: string]:
        | string
        | readonly { readonly point: Point; readonly path: string }[];
    };
    onProgress?: (progress: Progress) => void;
  },
): Promise<Rig<Params, Hints>> {
  const folder = await Deno.makeTempDir({ prefix: "facsimile-stage-" });
  const scratch = `${folder}/scratch`;
  await Deno.mkdir(scratch);
  const warnings: string[] = [];
  const provisional: string[] = [];
  const progress: Progress[] = [];
  const output = (name: string) => `${folder}/${name}`;
  return {
    folder,
    warnings,
    provisional,
    progress,
    task: {
      params,
      hints: hints ?? {} as Hints,
      point: {},
      input(name) {
        const input = inputs[name];
        if (typeof input !== "string") throw new Error(`No input "${name}"`);
        return input;
      },
      inputs(name) {
        const input = inputs[name];
        if (!Array.isArray(input)) throw new Error(`No inputs "${name}"`);
        return input;
      },
      output,
      checkpoint: undefined,
      progress(one) {
        progress.push(one);
        onProgress(one);
      },
      keep: () => {},
      scratch,
      cores: 1,
      threads: [],
      warn: (message) => void warnings.push(message),
      remark: (message) => void warnings.push(message),
      provisional: (reason) => void provisional.push(reason),
    },
    bytes: (name) => Deno.readFileSync(output(name)),
    text: (name) => Deno.readTextFileSync(output(name)),
    json: (name) => JSON.parse(Deno.readTextFileSync(output(name))),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** A small project in a temporary folder, whose stages really run in the sandbox. */
import {
  type Confinement,
  logFile,
  outputFolder,
} from "../../../pipeline/sandbox/confinement.ts";
import { type ProcessEnd, start } from "../../../pipeline/sandbox/start.ts";
import type { Failure, Result } from "../../../pipeline/failure.ts";
import type { KernelWall } from "../../../pipeline/sandbox/wall/wall.ts";
import type { Started } from "../../../pipeline/sandbox/start.ts";
import type { Message } from "../../../pipeline/stage/task.ts";

/** The checkout, whose npm packages the stages use. */
export const checkout = Deno.realPathSync(`${import.meta.dirname}/../../..`);

/** What a stage said and left. */
export interface Ran {
  readonly ended: ProcessEnd;
  readonly messages: readonly Message[];
  readonly log: string;
  /** The content of an output. */
  readonly text: (output: string) => string;
}

export class Project implements AsyncDisposable {
  #instances = 0;
  private constructor(readonly root: string) {}

  /** An empty project with the checkout's packages, in a folder of this name. */
  static async make(name = "project"): Promise<Project> {
    const root = `${await Deno.realPath(
      await Deno.makeTempDir({ prefix: "sandbox-" }),
    )}/${name}`;
    await Deno.mkdir(root);
    await Deno.copyFile(`${checkout}/deno.json`, `${root}/deno.json`);
    await Deno.symlink(`${checkout}/node_modules`, `${root}/node_modules`);
    return new Project(root);
  }

  /** Writes a file and returns its absolute path. */
  write(path: string, content: string): string {
    const whole = `${this.root}/${path}`;
    Deno.mkdirSync(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(whole, content);
    return whole;
  }

  /** A confinement of a stage that consists of this body; `task` is in scope. */
  stage(body: string, differing: Partial<Confinement> = {}): Confinement {
    const folder = `${this.root}/private/${this.#instances++}`;
    Deno.mkdirSync(folder, { recursive: true });
    const module = `stages/stage${this.#instances}.ts`;
    const path = this.write(
      module,
      `import { StageError, type Task } from ${
        JSON.stringify(`file://${checkout}/pipeline/stage/task.ts`)
      };
void StageError;
export default async function stage(task: Task<Record<string, unknown>>) {
${body}
}
`,
    );
    return {
      instance: "probe",
      root: this.root,
      runs: { kind: "module", module },
      code: [path],
      readable: false,
      packages: [`${checkout}/node_modules`],
      params: {},
      hints: {},
      point: {},
      inputs: {},
      outputs: {},
      folder,
      checkpoint: undefined,
      cpus: 1,
      threads: 0,
      permissions: {},
      gpu: false,
      require: "deno",
      ...differing,
    };
  }

  /** Starts a stage; fails the test if it does not. */
  start(confinement: Confinement, wall?: KernelWall): Started {
    return expect(start(confinement, new AbortController().signal, wall));
  }

  /** Runs a stage to its end. */
  async run(confinement: Confinement, wall?: KernelWall): Promise<Ran> {
    const started = this.start(confinement, wall);
    const messages: Message[] = [];
    for await (const message of started.messages) messages.push(message);
    return {
      ended: await started.ended,
      messages,
      log: await Deno.readTextFile(logFile(confinement)),
      text: (output) =>
        Deno.readTextFileSync(
          `${outputFolder(confinement)}/${confinement.outputs[output]}`,
        ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const above = this.root.slice(0, this.root.lastIndexOf("/"));
    await Deno.remove(above, { recursive: true });
  }
}

/** The value; a failure fails the test in its own words. */
export function expect<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  const { what, seen, hint } = result.failure;
  throw new Error([what, seen, hint].join("\n"));
}

/** The failure of a run that must have failed. */
export function failureOf({ ended, log }: Ran): Failure {
  if (ended.kind === "failed") return ended.failure;
  throw new Error(`The stage is ${ended.kind}, not failed:\n${log}`);
}

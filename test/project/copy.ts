/** The whole project in a folder of its own, run as a stranger would. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { digestFile } from "../../pipeline/store/digest.ts";
import type { Decision } from "../../pipeline/plan/decision.ts";
import type { Event } from "../../pipeline/run/event.ts";
import { mirror } from "../stages/download/mirror.ts";

const original = new URL("../../", import.meta.url).pathname;

/** Without its tests and documents. */
const PARTS = [
  "README.md",
  "deno.json",
  "deno.lock",
  "examples",
  "experiment.toml",
  "main.ts",
  "pipeline",
  "stages",
];

/** The variables of every run: without MNIST at hand the digits are drawn. */
export const data: { readonly [name: string]: string } = mirror
  ? { DATASET_MIRROR: mirror }
  : {};

/** Settings for few images. */
export const SMALL: readonly string[] = [
  "training.epochs=1",
  "training.images=640",
  "training.validation=500",
  "denoising.images=20",
  ...(mirror ? [] : ['dataset.mirrors=["http://127.0.0.1:9/"]']),
].flatMap((setting) => ["--set", setting]);

/** One process. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A copy. Its packages are installed by its first command. */
export class Copy implements Disposable {
  readonly root: string;

  constructor(name: string, readonly env: { readonly [name: string]: string }) {
    const folder = Deno.makeTempDirSync({ prefix: "project-" });
    this.root = join(Deno.realPathSync(folder), name);
    mkdirSync(this.root);
    for (const part of PARTS) {
      cpSync(join(original, part), join(this.root, part), { recursive: true });
    }
  }

  /** Runs a task of deno.json. */
  async task(...args: string[]): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", ...args],
      cwd: this.root,
      stdin: "null",
      env: { NO_COLOR: "1", ...this.env },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  /** What `reproduce` would do, by instance. */
  async plan(...args: string[]): Promise<Map<string, Decision["kind"]>> {
    const { code, out, err } = await this.task(
      "reproduce",
      "--dry-run",
      "--json",
      ...args,
    );
    if (code !== 0) throw new Error(err);
    const planned = out.trim().split("\n").map((line) =>
      JSON.parse(line) as Event
    ).find((event) => event.kind === "planned");
    if (planned?.kind !== "planned") throw new Error(`no plan in ${out}`);
    return new Map(
      planned.plan.map(({ instance, decision }) => [instance, decision.kind]),
    );
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** The digests of all artifacts but `run.json`, by path. */
  artifacts(): { [path: string]: string } {
    const folder = this.path("artifacts");
    const found = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.endsWith("run.json"))
      .sort();
    return Object.fromEntries(
      found.map((path) => [relative(folder, path), digestFile(path)]),
    );
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  [Symbol.dispose](): void {
    rmSync(join(this.root, ".."), { recursive: true, force: true });
  }
}

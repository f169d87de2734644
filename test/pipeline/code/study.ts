/** A small project in a temporary folder, whose code is read again after each edit. */
import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  type Code,
  type Entry,
  readCode,
} from "../../../pipeline/code/code.ts";
import type { Failure, Result } from "../../../pipeline/failure.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";

/** The checkout, whose npm packages the project uses. */
export const checkout = new URL("../../..", import.meta.url).pathname.replace(
  /\/$/,
  "",
);

const TIME = new Date("2020-02-02T02:02:02Z");

/** Files of a project by their path, and what its code is. */
export class Study implements Disposable {
  readonly root: string;
  readonly #cache: string;

  constructor(files: { readonly [path: string]: string }) {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "code-" }));
    this.#cache = join(this.root, ".store");
    this.write({
      "deno.json": JSON.stringify({
        nodeModulesDir: "manual",
        compilerOptions: { verbatimModuleSyntax: true },
      }),
      ...files,
    });
  }

  /** A project that may import the checkout's packages, with its settings and lock. */
  static withPackages(files: { readonly [path: string]: string }): Study {
    const text = (path: string) => Deno.readTextFileSync(join(checkout, path));
    const study = new Study({
      "deno.json": text("deno.json"),
      "deno.lock": text("deno.lock"),
      ...files,
    });
    Deno.symlinkSync(
      join(checkout, "node_modules"),
      join(study.root, "node_modules"),
    );
    return study;
  }

  /** Writes files, all with the same time of modification. */
  write(files: { readonly [path: string]: string }): void {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.root, path);
      Deno.mkdirSync(join(full, ".."), { recursive: true });
      Deno.writeTextFileSync(full, text);
      // The same for all, so that no edit is noticed by this time alone.
      Deno.utimeSync(full, TIME, TIME);
    }
  }

  /** Replaces a text that must be there. */
  edit(path: string, from: string, to: string): void {
    const text = this.text(path);
    deepEqual(text.includes(from), true, `${path} has no ${from}`);
    this.write({ [path]: text.replaceAll(from, to) });
  }

  text(path: string): string {
    return Deno.readTextFileSync(join(this.root, path));
  }

  /** Reads the code of stages, as a new process would, with the caches of the last. */
  async try(
    ...entries: readonly (string | Entry)[]
  ): Promise<Result<Map<string, Code>>> {
    const stat = StatCache.open(join(this.#cache, "stat"));
    const result = await readCode({
      root: this.root,
      entries: entries.map((entry) =>
        typeof entry === "string" ? { module: entry, native: false } : entry
      ),
      cache: join(this.#cache, "code.json"),
      stat,
    });
    stat.save();
    return result;
  }

  /** The code of one stage. */
  async read(entry: string | Entry): Promise<Code> {
    const result = await this.try(entry);
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    const [code] = result.value.values();
    if (!code) throw new Error("no code");
    return code;
  }

  /** The failure of reading one stage. */
  async failure(entry: string): Promise<Failure> {
    const result = await this.try(entry);
    if (result.ok) throw new Error("it was read");
    return result.failure;
  }

  /** The facts of a stage that an edit changes, by name. */
  async changedBy(entry: string | Entry, edit: () => void): Promise<string[]> {
    const { facts: was } = await this.read(entry);
    edit();
    const { facts: now } = await this.read(entry);
    const names = new Set([...Object.keys(was), ...Object.keys(now)]);
    return [...names].filter((name) =>
      JSON.stringify(was[name]) !== JSON.stringify(now[name])
    ).sort();
  }

  /** Makes the time that files need to be trusted pass. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 150));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

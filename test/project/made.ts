/**
 * A paper made from a template, in a folder that has nothing of this project near it,
 * worked on as a stranger would: another home, and packages from Deno's cache.
 */
import {
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const project = new URL("../../", import.meta.url).pathname;
// Where packages are, whatever HOME is.
const cache = new Deno.Command(Deno.execPath(), {
  args: ["info", "--json"],
  stderr: "null",
}).outputSync();
const { denoDir }: { denoDir: string } = JSON.parse(
  new TextDecoder().decode(cache.stdout),
);

/** One process. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A temporary folder for papers; its commands see another home. */
export class Desk implements Disposable {
  readonly root: string;

  constructor() {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "desk-" }));
    mkdirSync(this.path("home"));
  }

  /** Calls this project's `new`, from the folder. */
  new(...args: string[]): Promise<Ran> {
    return this.run(project, Deno.execPath(), [
      "run",
      "-A",
      "main.ts",
      "new",
      ...args,
    ], { INIT_CWD: this.root });
  }

  /** Runs a task of a paper. */
  task(paper: string, ...args: string[]): Promise<Ran> {
    return this.run(this.path(paper), Deno.execPath(), [
      "task",
      "--quiet",
      ...args,
    ]);
  }

  async run(
    cwd: string,
    program: string,
    args: readonly string[],
    env: { readonly [name: string]: string } = {},
  ): Promise<Ran> {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      cwd,
      stdin: "null",
      env: {
        NO_COLOR: "1",
        HOME: this.path("home"),
        DENO_DIR: denoDir,
        // Nobody signs: what Git knows of whoever runs the tests is no part of them.
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        // Typed here, wherever the tests were called: npx and Deno leave it as it is.
        INIT_CWD: cwd,
        ...env,
      },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  path(name: string): string {
    return join(this.root, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Replaces a text that must be there. */
  edit(name: string, from: string, to: string): void {
    const text = this.read(name);
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    this.write(name, text.replaceAll(from, to));
  }

  copy(from: string, to: string): void {
    cpSync(this.path(from), this.path(to), { recursive: true });
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true });
  }

  link(to: string, name: string): void {
    symlinkSync(to, this.path(name));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

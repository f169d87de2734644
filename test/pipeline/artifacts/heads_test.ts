/** Several heads with different settings at the same time. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { occupy } from "../../../pipeline/store/lease.ts";
import type { Folder } from "../../../pipeline/run/event.ts";
import { events, until } from "../../rig/program.ts";
import { runOf, strange } from "./folder.ts";
import { PAGES, Press } from "./press.ts";

/** A head of a held configuration, whose pages the test prints one by one. */
class Head {
  readonly #process;
  readonly #events;
  readonly #err: Promise<string>;

  constructor(private readonly press: Press, private readonly value: string) {
    this.#process = press.start(
      "reproduce",
      "--json",
      "--jobs",
      "8",
      "--set",
      `value=${value}`,
    );
    this.#events = events(this.#process);
    this.#err = new Response(this.#process.stderr).text();
  }

  /** Prints a page, and waits until it is kept. */
  async print(n: number): Promise<void> {
    this.press.let(this.value, n);
    try {
      await until(
        this.#events,
        ({ kind, instance }) => kind === "ended" && instance === `page[n=${n}]`,
      );
    } catch (error) {
      throw new Error(await this.#err, { cause: error });
    }
  }

  async end(): Promise<number> {
    for await (const _ of this.#events);
    await this.#err;
    return (await this.#process.status).code;
  }

  /** Presses Ctrl-C; returns the last event. */
  async interrupt(): Promise<{ kind?: string; folder?: Folder }> {
    this.#process.kill("SIGINT");
    let last = {};
    for await (const event of this.#events) last = event;
    await this.#err;
    equal((await this.#process.status).code, 130);
    return last;
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    for await (const _ of this.#events);
    await this.#err;
    await this.#process.status;
  }
}

Deno.test("two heads with different settings leave the files of the one that ends last, and none before", async () => {
  using press = new Press();
  const artifacts = join(press.root, "artifacts");
  equal((await press.run("reproduce")).code, 0);
  const one = new Head(press, "held-one");
  const two = new Head(press, "held-two");
  const [first, second, third, last] = PAGES as [
    number,
    number,
    number,
    number,
  ];
  for (
    const [head, n] of [
      [one, first],
      [two, first],
      [two, second],
      [one, second],
      [two, third],
      [one, third],
    ] as const
  ) {
    await head.print(n);
    deepEqual(strange(artifacts), []);
    equal(press.read("artifacts/cover.txt"), Press.cover("plain"));
  }
  await one.print(last);
  equal(await one.end(), 0);
  deepEqual(strange(artifacts), []);
  deepEqual(runOf(artifacts).configuration.settings, ["value=held-one"]);
  equal(press.read("artifacts/cover.txt"), Press.cover("held-one"));
  await two.print(last);
  equal(await two.end(), 0);
  deepEqual(strange(artifacts), []);
  deepEqual(runOf(artifacts).configuration.settings, ["value=held-two"]);
  equal(press.read("artifacts/cover.txt"), Press.cover("held-two"));
});

Deno.test("a head that is killed leaves the files of the run before", async () => {
  using press = new Press();
  equal((await press.run("reproduce")).code, 0);
  const head = new Head(press, "held");
  for (const n of PAGES.slice(1)) await head.print(n);
  await head.kill();
  deepEqual(strange(join(press.root, "artifacts")), []);
  equal(press.read("artifacts/cover.txt"), Press.cover("plain"));
});

Deno.test("heads that end at once leave one run's files", async () => {
  using press = new Press();
  const values = ["a", "b", "c"];
  const codes = await Promise.all(
    values.map(async (value) =>
      (await press.run("reproduce", "--set", `value=${value}`)).code
    ),
  );
  deepEqual(codes, [0, 0, 0]);
  const artifacts = join(press.root, "artifacts");
  deepEqual(strange(artifacts), []);
  const [, value = ""] =
    runOf(artifacts).configuration.settings[0]?.split("=") ?? [];
  equal(press.read("artifacts/cover.txt"), Press.cover(value));
});

Deno.test("a head that is interrupted publishes what it reached, and says so", async () => {
  using press = new Press();
  const artifacts = join(press.root, "artifacts");
  await press.run("reproduce");
  const { id } = runOf(artifacts).run;
  const head = new Head(press, "held");
  await head.print(2);
  const last = await head.interrupt();
  equal(last.kind, "interrupted");
  deepEqual(last.folder?.earlier, { files: 7, of: 9, runs: [id] });
  deepEqual(last.folder?.replaced?.settings, []);
  equal(last.folder?.cost, 0);
  deepEqual(strange(artifacts), []);
  equal(press.read("artifacts/pages/2.txt"), "held 2\n");
  equal(press.read("artifacts/pages/1.txt"), "plain 1\n");
});

Deno.test("clean does not start beside a head, and the head goes on", async () => {
  using press = new Press();
  const head = new Head(press, "held");
  await head.print(1);
  const { code, err } = await press.run("clean", "--keep", "1");
  equal(code, 2);
  match(err, /a run uses it just now/);
  for (const n of PAGES) press.let("held", n);
  equal(await head.end(), 0);
  equal(press.read("artifacts/cover.txt"), Press.cover("held"));
});

Deno.test("nothing that needs results starts beside clean", async () => {
  using press = new Press();
  using alone = occupy(join(press.root, ".store"));
  equal(alone.kind, "in");
  const commands: [string, ...string[]][] = [
    ["reproduce"],
    ["archive"],
    ["restore", "x.zip"],
  ];
  for (const command of commands) {
    const { code, err } = await press.run(...command);
    equal(code, 2);
    match(err, /it is being cleaned just now/);
  }
});

/** Several heads with different settings at the same time. */
import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { events, until } from "../engine/program.ts";
import { runOf, strange } from "./folder.ts";
import { PAGES, Press } from "./press.ts";

/** A head of a held configuration, whose pages the test prints one by one. */
class Head {
  readonly #process;
  readonly #events;

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
  }

  /** Prints a page, and waits until it is kept. */
  async print(n: number): Promise<void> {
    this.press.let(this.value, n);
    await until(
      this.#events,
      ({ kind, instance }) => kind === "ended" && instance === `page[n=${n}]`,
    );
  }

  async end(): Promise<number> {
    for await (const _ of this.#events);
    await this.#process.stderr.cancel();
    return (await this.#process.status).code;
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    for await (const _ of this.#events);
    await this.#process.stderr.cancel();
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

import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../../pipeline/run/event.ts";
import { plain } from "../../../pipeline/render/plain.ts";
import { style } from "../../../pipeline/text/style.ts";
import { summary } from "../../../pipeline/render/summary.ts";
import { width } from "../../../pipeline/text/layout.ts";
import { jsonLine } from "../../../pipeline/text/visible.ts";
import { firstRun, standIn, STORIES, type Told } from "./story.ts";

function log(story: readonly Told[]): { err: string; out: string } {
  let err = "";
  let out = "";
  const report = plain(
    (text) => void (err += text),
    (text) => void (out += text),
    style(false),
  );
  story.forEach(({ event }) => report(event));
  return { err, out };
}

for (const [name, story] of Object.entries(STORIES)) {
  Deno.test(`plain() tells "${name}" in lines, progress here and results there`, async (t) => {
    const { err, out } = log(story());
    await t.assertSnapshot(`${err}────\n${out}`);
    // deno-lint-ignore no-control-regex -- there must be none
    doesNotMatch(err + out, /[\x00-\x09\x0b-\x1f\x7f]/);
  });
}

Deno.test("plain() says how far an instance is at most every 10 seconds, and each tenth or minute", () => {
  const at: number[] = [];
  let now = 0;
  const report = plain(
    (text) => text.startsWith("  x") ? at.push(now) : undefined,
    () => {},
    style(false),
  );
  report({ kind: "started", instance: "x", because: { kind: "forced" } });
  for (now = 1; now <= 300; now++) {
    // A tenth each 30 seconds, then all but standing still.
    const done = now <= 90 ? now / 300 : 0.3;
    report({
      kind: "progress",
      instance: "x",
      progress: { done: Math.round(done * 1000), total: 1000, unit: "things" },
      elapsed: now,
    });
  }
  deepEqual(at, [30, 60, 90, 150, 210, 270]);
});

Deno.test("plain() says how many cores an instance has, where it has more than its own", () => {
  const lines: string[] = [];
  const report = plain((text) => lines.push(text), () => {}, style(false));
  report({ kind: "started", instance: "x", because: { kind: "forced" } });
  [undefined, 2, undefined].forEach((cores, at) =>
    report({
      kind: "progress",
      instance: "x",
      progress: { done: 3 * at + 3, total: 10, unit: "images" },
      elapsed: 20 * at + 20,
      rate: 100,
      remaining: 30,
      ...(cores && { cores }),
    })
  );
  deepEqual(lines.slice(1), [
    "  x  30 %, 100 images/s, 30 s left\n",
    "  x  60 %, 100 images/s, 2 cores, 30 s left\n",
    "  x  90 %, 100 images/s, 30 s left\n",
  ]);
});

Deno.test("jsonLine() writes each event as one line that reads back equal", () => {
  for (const story of Object.values(STORIES)) {
    for (const { event } of story()) {
      const line = jsonLine(event);
      ok(line.endsWith("\n") && line.indexOf("\n") === line.length - 1);
      deepEqual(JSON.parse(line), event);
    }
  }
});

Deno.test("summary() fits its width, whatever it tells", () => {
  for (const story of Object.values(STORIES)) {
    const events: Event[] = story().map(({ event }) => event);
    for (const columns of [60, 80, 100, 120]) {
      for (const line of summary(events, columns, style(false))) {
        // Failures are not broken, so that commands and paths can be copied.
        if (/^ {2}(hint|log|again):/.test(line)) continue;
        ok(width(line) <= columns, `${columns}: ${line}`);
      }
    }
  }
});

Deno.test("summary() says first and loudly that data is a stand-in, and last what it came to", () => {
  const lines = summary(standIn().map(({ event }) => event), 80, style(true));
  // deno-lint-ignore no-control-regex -- bold and yellow
  match(lines[0] ?? "", /^\x1b\[1m\x1b\[33m▌ STAND-IN DATA/);
  match(lines.at(-1) ?? "", /done.*: 4 built, 19 reused in 1\.1 s; .* saved/);
});

Deno.test("summary() marks every state by more than its colour", () => {
  const told = firstRun().map(({ event }) => event);
  const without = summary(told, 80, style(false)).join("\n");
  const stripped = summary(told, 80, style(true)).join("\n").replace(
    // deno-lint-ignore no-control-regex -- styles are taken out
    /\x1b\[\d+m/g,
    "",
  );
  equal(without, stripped);
  match(without, /✓ holds/);
});

import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../../pipeline/run/event.ts";
import { style } from "../../../pipeline/text/style.ts";
import { View } from "../../../pipeline/render/terminal.ts";
import { width } from "../../../pipeline/text/layout.ts";
import { Emulator } from "./emulator.ts";
import { STORIES, type Told } from "./story.ts";

/** A view on an emulated terminal, on a clock that the test moves. */
class Show {
  readonly screen: Emulator;
  readonly view: View;
  concluded = "";
  now = 0;
  /** What the program believes, where the terminal has not told it yet. */
  told: number | undefined;

  constructor(
    columns: number,
    rows = 60,
    colour = false,
    reflows: "at once" | "late" | "unknown" = "at once",
  ) {
    this.screen = new Emulator(columns, rows);
    this.view = new View({
      write: (text) => this.screen.write(text),
      conclude: (text) => {
        this.concluded += text;
      },
      size: () => ({
        columns: this.told ?? this.screen.columns,
        rows: this.screen.height,
      }),
      clock: () => this.now * 1000,
      reflows,
    }, style(colour));
  }

  /** Replays a story up to some second, with so many frames in each. */
  until(story: readonly Told[], second: number, frames = 2): this {
    const pending = story.filter(({ at }) => at > this.now || this.now === 0);
    const from = this.now;
    const count = Math.round((second - from) * frames);
    for (let frame = 0; frame <= count; frame++) {
      this.now = from + frame / frames;
      while (pending[0] && pending[0].at <= this.now) {
        this.view.tell(pending.shift()!.event); // just seen
      }
      this.view.paint();
    }
    return this;
  }
}

for (const columns of [60, 100, 200]) {
  Deno.test(`View.paint() shows a run in ${columns} columns`, async (t) => {
    const story = STORIES["more-epochs"]!();
    const show = new Show(columns).until(story, 0.4);
    const frames = [show.screen.text];
    for (const second of [12, 100, 149, 200]) {
      frames.push(show.until(story, second).screen.text);
    }
    await t.assertSnapshot(frames.join("\n────\n"));
  });

  Deno.test(`View.tell() leaves single lines and a summary in ${columns} columns`, async (t) => {
    for (const [name, story] of Object.entries(STORIES)) {
      const events = story();
      const show = new Show(columns).until(events, events.at(-1)!.at + 1);
      await t.assertSnapshot(
        `${name}\n${show.screen.text}\n────\n${show.concluded}`,
      );
      for (const line of show.screen.text.split("\n")) {
        ok(width(line) < columns, line);
      }
    }
  });
}

Deno.test("View.paint() never writes a line that is wider than the terminal", () => {
  for (let columns = 30; columns <= 130; columns += 7) {
    const story = STORIES["more-epochs"]!();
    const show = new Show(columns, 60, true).until(story, 30);
    for (const row of show.screen.rows) ok(row.length < columns, row);
  }
});

Deno.test("View.paint() writes once a frame, and nothing if nothing changed", () => {
  const story = STORIES["more-epochs"]!();
  const show = new Show(100).until(story, 20);
  const before = show.screen.writes.length;
  show.view.paint();
  equal(show.screen.writes.length, before);
  show.until(story, 21, 10);
  ok(show.screen.writes.length - before <= 11);
});

Deno.test("View.paint() keeps the columns of its lines from frame to frame", () => {
  const story = STORIES["more-epochs"]!();
  const show = new Show(120).until(story, 2);
  const places = new Set<number>();
  for (let second = 2; second < 140; second++) {
    show.until(story, second);
    const row = show.screen.rows.find((one) => one.startsWith("train[lr=0.1,"));
    places.add(row?.indexOf("images/s") ?? -1);
  }
  equal(places.size, 1, [...places].join());
  ok(!places.has(-1));
});

Deno.test("View.paint() gives no room back that a column once took", () => {
  const show = new Show(120);
  const decision = { kind: "run", because: { kind: "forced" } } as const;
  const instance = "train";
  show.view.tell({
    kind: "planned",
    plan: [{ instance, stage: instance, title: instance, decision }],
  });
  show.view.tell({ kind: "started", instance, because: { kind: "forced" } });
  const ends = [12_000, 900, 7, 12_000, 90].map((rate) => {
    show.now += 1;
    show.view.tell({
      kind: "progress",
      instance,
      progress: { done: 1, total: 10, unit: "images" },
      elapsed: show.now,
      rate,
    });
    show.view.paint();
    return show.screen.rows[0]?.indexOf("images/s");
  });
  equal(new Set(ends).size, 1, ends.join());
});

Deno.test("View.paint() shows the cores of an instance while it has more than its own", () => {
  const show = new Show(100);
  const decision = { kind: "run", because: { kind: "forced" } } as const;
  const instance = "train";
  show.view.tell({
    kind: "planned",
    plan: [{ instance, stage: instance, title: instance, decision }],
  });
  show.view.tell({ kind: "started", instance, because: { kind: "forced" } });
  const rows = [undefined, 2, undefined].map((cores) => {
    show.now += 1;
    show.view.tell({
      kind: "progress",
      instance,
      progress: { done: 1, total: 10, unit: "images" },
      elapsed: show.now,
      rate: 100,
      remaining: 30,
      ...(cores && { cores }),
    });
    show.view.paint();
    return show.screen.rows[0]?.replace(/^.*?10 %/, "").replace(/ +/g, " ");
  });
  deepEqual(rows, [
    " 100 images/s 0:30 left",
    " 100 images/s 2 cores 0:30 left",
    " 100 images/s 0:30 left",
  ]);
});

Deno.test("View.paint() leaves no rests when the terminal is made narrower and wider", () => {
  const story = STORIES["more-epochs"]!();
  const show = new Show(120).until(story, 15);
  for (const columns of [61, 45, 80, 60, 140]) {
    show.screen.resize(columns);
    show.until(story, show.now + 1);
    const totals = show.screen.rows.filter((row) => / of 18 done/.test(row));
    equal(totals.length, 1, `${columns}:\n${show.screen.text}`);
    const trains = show.screen.rows.filter((row) => /^train[ [].*━/.test(row));
    equal(trains.length, 2, `${columns}:\n${show.screen.text}`);
    // What has scrolled by is still there.
    match(show.screen.text, /^= 5 of 23 instances/);
  }
});

Deno.test("View.paint() paints over no line that has scrolled by, however a terminal is resized", () => {
  for (const manner of ["breaks", "cuts"] as const) {
    for (const late of [true, false]) {
      const story = STORIES["first-run"]!();
      const show = new Show(120, 40, false, late ? "late" : "unknown").until(
        story,
        3,
      );
      const done = () =>
        show.screen.rows.filter((row) => /^✓/.test(row))
          .map((row) => /(download|prepare|train)[^ ]*/.exec(row)?.[0]);
      for (const columns of [61, 120, 50, 100, 45, 140]) {
        const before = done();
        if (late) show.told = show.screen.columns;
        show.screen.resize(columns, manner);
        show.until(story, show.now + 0.3, 10);
        show.told = undefined;
        show.until(story, show.now + 3, 10);
        equal(
          done().slice(0, before.length).join(),
          before.join(),
          `${manner}, ${
            late ? "told late" : "told at once"
          }, ${columns}:\n${show.screen.text}`,
        );
      }
      equal(done().length, 5, show.screen.text);
    }
  }
});

Deno.test("View.paint() waits until a window that is dragged keeps its width", () => {
  const story = STORIES["more-epochs"]!();
  const show = new Show(120).until(story, 15);
  const before = show.screen.writes.length;
  for (let columns = 119; columns > 80; columns--) {
    show.screen.resize(columns);
    show.until(story, show.now + 0.1, 10);
  }
  equal(show.screen.writes.length, before);
  show.until(story, show.now + 1, 10);
  equal(
    show.screen.rows.filter((row) => / of 18 done/.test(row)).length,
    1,
    show.screen.text,
  );
});

/** A view of so many instances of a stage at work, each a part further than the last. */
function atWork(show: Show, count: number, stage = "work"): void {
  const decision = { kind: "run", because: { kind: "forced" } } as const;
  const plan = Array.from({ length: count }, (_, at) => ({
    instance: `${stage}[rate=${at / 100},n=${at}]`,
    stage,
    title: stage,
    decision,
    seconds: 600,
  }));
  show.view.tell({ kind: "planned", plan, seconds: 600 });
  for (const { instance } of plan) {
    show.view.tell({ kind: "started", instance, because: { kind: "forced" } });
  }
  show.now += 10;
  plan.forEach(({ instance }, at) =>
    show.view.tell({
      kind: "progress",
      instance,
      progress: {
        done: at + 1,
        total: 2 * count,
        unit: "images",
        values: { error: 1 / (at + 1) },
      },
      elapsed: 10,
      rate: 100,
      remaining: 600 - at,
    })
  );
  show.view.paint();
}

Deno.test("View.paint() is readable at 80 × 24 with 3, 30 and 300 instances of a stage", async (t) => {
  const shown = [3, 30, 300].map((count) => {
    const show = new Show(80, 24);
    atWork(show, count);
    return `${count}\n${show.screen.text}`;
  });
  await t.assertSnapshot(shown.join("\n────\n"));
});

Deno.test("View.paint() cuts nothing of its total line, however narrow the terminal is", () => {
  for (let columns = 30; columns <= 100; columns++) {
    for (const count of [3, 9999]) {
      const show = new Show(columns, 24);
      const decision = { kind: "run", because: { kind: "forced" } } as const;
      const plan = Array.from({ length: count }, (_, at) => ({
        instance: `work[n=${at}]`,
        stage: "work",
        title: "work",
        decision,
      }));
      show.view.tell({ kind: "planned", plan, seconds: 90_000 });
      show.now = 4000;
      show.view.paint();
      const line = show.screen.rows.find((row) => row.startsWith("0 of")) ?? "";
      match(
        line,
        /^0 of \d+( done)? {2}.*\d:\d\d( left)?$/,
        `${columns}: ${line}`,
      );
      ok(line.length < columns);
    }
  }
});

Deno.test("View.paint() fits the height of the terminal", () => {
  const show = new Show(80, 8);
  const decision = { kind: "run", because: { kind: "forced" } } as const;
  const plan = Array.from({ length: 20 }, (_, at) => ({
    instance: `work-${at}`,
    stage: `work-${at}`,
    title: "work",
    decision,
  }));
  show.view.tell({ kind: "planned", plan });
  for (const { instance } of plan) {
    show.view.tell({ kind: "started", instance, because: { kind: "forced" } });
  }
  for (let frame = 0; frame < 30; frame++) {
    show.now += 0.1;
    show.view.paint();
  }
  equal(show.screen.rows.filter((row) => row.includes("of 20 done")).length, 1);
  match(show.screen.text, /and 16 more at work/);
});

Deno.test("View hides the cursor while it paints and always gives it back", () => {
  const story = STORIES["more-epochs"]!();
  const whole = new Show(100).until(story, 400);
  equal(whole.screen.cursorShown, true);
  ok(whole.screen.writes.some((text) => text.includes("\x1b[?25l")));
  const stopped = new Show(100).until(story, 50);
  equal(stopped.screen.cursorShown, false);
  stopped.view.close();
  equal(stopped.screen.cursorShown, true);
  match(
    stopped.screen.text,
    /\nstopped after 50 s: 1 of 18 done; the same command goes on from there$/,
  );
});

Deno.test("View says nothing but the summary when there is nothing to do", () => {
  const show = new Show(100).until(STORIES.nothing!(), 2);
  equal(show.screen.writes.length, 0);
  match(show.concluded, /^Claims {2}3 hold\n/);
  match(show.concluded, /\nup to date: 23 instances, nothing ran\n$/);
});

Deno.test("View shows what another run is at, and its progress", () => {
  const show = new Show(100);
  const instance = "train[lr=0.1]";
  const decision = { kind: "run", because: { kind: "forced" } } as const;
  const events: Event[] = [
    {
      kind: "planned",
      plan: [{ instance, stage: "train", title: "train", decision }],
    },
    { kind: "attached", instance, pid: 4711 },
    {
      kind: "progress",
      instance,
      progress: { done: 5, total: 10, unit: "images" },
      elapsed: 10,
      remaining: 10,
    },
  ];
  events.forEach((event) => show.view.tell(event));
  show.view.paint();
  match(
    show.screen.text,
    /^train\[lr=0\.1\] .*━─.* 50 % {2}0:10 left by 4711$/m,
  );
});

Deno.test("View lets no escape sequence of a stage through", () => {
  const show = new Show(100, 60);
  show.view.tell({
    kind: "warned",
    instance: "x",
    message: "a\x1b[2Jb\x1b]0;title\x07\nc",
  });
  show.view.paint();
  equal(show.screen.text, "! x: ab c");
});

/**
 * Events on a terminal: what has ended scrolls by as single lines; what runs
 * stands below, a line each, with a total line at the end, painted over in
 * place. One class holds all that is on the screen, which is why this is long.
 */
import type { Event, Outcome, Report } from "../run/event.ts";
import { counted, duration } from "../text/quantity.ts";
import { describeReason, listed, maker } from "./reason.ts";
import { mistake } from "./alike.ts";
import { bringing } from "./origins.ts";
import { folded, stageOf } from "./folding.ts";
import { type Room, type Running, runningLines } from "./running.ts";
import { standing } from "./queue.ts";
import { Forecast } from "./forecast.ts";
import type { Style } from "../text/style.ts";
import { summary } from "./summary.ts";
import { clip, hang, padLeft, width as columns } from "../text/layout.ts";
import { clean } from "../text/visible.ts";
import { DECISIONS, OUTCOMES } from "./words.ts";

/** Frames a second at most. */
const FRAMES = 10;
/** Seconds before an instance gets a line: most are done sooner, and would only flicker. */
const PATIENCE = 0.3;
/** The room of `12 min 05 s`. */
const TIME = 11;
/**
 * Seconds for which a new width must stand before a frame is painted: whoever drags
 * a window's edge, and tmux, which resizes first and tells it a quarter second later.
 */
const SETTLE = 0.3;
/** A remark in less room than this says nothing. */
const LEAST = 12;
/** So many instances that run for the same reason have it said once. */
const MANY = 3;

const HIDE = "\x1b[?25l";
const SHOW = "\x1b[?25h";
/** A line that is too long after all, as in a terminal with wide marks, must not break into two. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/** The world as the live view needs it; a test puts another one in. */
interface Screen {
  readonly write: (text: string) => void;
  readonly conclude: (text: string) => void;
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** In milliseconds, only forward. */
  readonly clock: () => number;
  /**
   * Whether it breaks lines anew when it gets another width, and when it tells that:
   * `late`, after some frames for the width before.
   */
  readonly reflows: "at once" | "late" | "unknown";
}

/**
 * Terminals that break their lines anew, by a variable that each sets. Others
 * (xterm, PuTTY, the console) cut lines, or tell their width late (tmux, screen).
 */
const REFLOWING = [
  "ALACRITTY_WINDOW_ID",
  "KITTY_WINDOW_ID",
  "TERM_PROGRAM",
  "VTE_VERSION",
  "WT_SESSION",
];

/** The live view on this process's terminal. */
export function live(
  write: (text: string) => void,
  conclude: (text: string) => void,
  style: Style,
): { report: Report; close: () => void } {
  const view = new View({
    write,
    conclude,
    size: () => {
      try {
        return Deno.consoleSize();
      } catch {
        return { columns: 80, rows: 24 }; // a terminal without a size, such as a serial line
      }
    },
    clock: () => performance.now(),
    reflows: Deno.env.has("TMUX")
      ? "late"
      : REFLOWING.some((name) => Deno.env.has(name)) && !Deno.env.has("STY")
      ? "at once"
      : "unknown",
  }, style);
  const timer = setInterval(() => view.paint(), 1000 / FRAMES);
  Deno.unrefTimer(timer);
  return {
    report: (event) => view.tell(event),
    close() {
      clearInterval(timer);
      view.close();
    },
  };
}

/** The picture on the terminal, painted over in place. */
export class View {
  readonly #running = new Map<string, Running & { readonly because: string }>();
  #told: Event[] = [];
  readonly #warnings = new Set<string>();
  #forecast: Forecast | undefined;
  #room: Room = new Map();
  #name = 0;
  /** A reason that many share: it is said once. */
  #common: string | undefined;
  #scroll: string[] = [];
  /** How many each failure kept from running, since the last frame. */
  readonly #skipped = new Map<string, number>();
  /** The first instance that failed so, by what its failure says. */
  readonly #mistakes = new Map<string, string>();
  /** How many failed in the same way as another one, since the last frame. */
  readonly #alike = new Map<string, number>();
  /** The columns of each line that stands on the screen. */
  #standing: number[] = [];
  #frame = "";
  #hidden = false;
  /** The width that the last frame was for. */
  #columns = 0;
  /** Another width, and since when it stands. */
  #changed: { readonly columns: number; readonly since: number } | undefined;

  constructor(private readonly screen: Screen, private readonly style: Style) {}

  /** Takes an event in; `paint` shows it. */
  tell(event: Event): void {
    const now = this.#now();
    if (event.kind === "planned") {
      this.#told = [];
      this.#warnings.clear();
      this.#mistakes.clear();
    }
    if (event.kind !== "progress" && event.kind !== "queued") {
      this.#told.push(event);
    }
    this.#forecast?.note(event, now);
    switch (event.kind) {
      case "checking": {
        const names = listed(event.modules);
        this.#say(this.style.cyan("→"), `check the types of ${names}`);
        this.#show();
        break;
      }
      case "planned":
        this.#begin(event, now);
        break;
      case "started":
        this.#open(event.instance, now, describeReason(event.because));
        break;
      case "attached":
        this.#open(
          event.instance,
          now,
          `made by another run (process ${event.pid})`,
          event.pid,
        );
        break;
      case "queued": {
        const running = this.#running.get(event.instance);
        if (!running) break;
        this.#running.set(event.instance, {
          ...running,
          standing: standing(event),
          // The time that it takes begins where it runs.
          ...(event.state !== "running" && { since: now }),
        });
        break;
      }
      case "progress": {
        const running = this.#running.get(event.instance);
        if (!running) break;
        const heard = { event, at: now };
        this.#running.set(event.instance, { ...running, heard });
        break;
      }
      case "warned": {
        // What another instance said already; the summary names all of them.
        if (this.#warnings.has(event.message)) break;
        this.#warnings.add(event.message);
        const { yellow } = this.style;
        const message = clean(event.message).replaceAll("\n", " ");
        this.#say(yellow("!"), `${event.instance}: ${message}`);
        break;
      }
      case "bringing":
        this.#say(this.style.cyan("→"), bringing(event));
        this.#show();
        break;
      case "cache":
        this.#say(this.style.yellow("!"), `cache ${clean(event.message)}`);
        break;
      case "ended": {
        if (event.outcome.kind === "skipped") {
          const { blocker } = event.outcome;
          this.#skipped.set(blocker, (this.#skipped.get(blocker) ?? 0) + 1);
          break;
        }
        const told = this.#running.get(event.instance)?.because;
        const because = told === this.#common ? "" : told ?? "";
        this.#running.delete(event.instance);
        if (event.outcome.kind === "failed") {
          const key = mistake(event.instance, event.outcome);
          const first = this.#mistakes.get(key);
          if (first !== undefined) {
            this.#alike.set(first, (this.#alike.get(first) ?? 0) + 1);
            break;
          }
          this.#mistakes.set(key, event.instance);
        }
        this.#scroll.push(...this.#ended(event, because));
        break;
      }
      case "finished":
      case "interrupted":
        if (this.#forecast) this.#scroll.push("");
        this.#forecast = undefined;
        this.close();
        this.screen.conclude(
          summary(this.#told, this.#width(), this.style).join("\n") + "\n",
        );
    }
  }

  /** One frame in one write, each line painted over the old one: nothing flickers. */
  paint(): void {
    if (this.#standing.length > 0 && !this.#settled()) return;
    this.#show();
  }

  /** Whether the width is the last frame's, or has stood long enough. */
  #settled(): boolean {
    const { columns } = this.screen.size();
    if (columns === this.#columns) {
      this.#changed = undefined;
      return true;
    }
    const now = this.#now();
    if (this.#changed?.columns !== columns) {
      this.#changed = { columns, since: now };
    }
    return now - this.#changed.since >= SETTLE;
  }

  #show(): void {
    this.#fold();
    const lines = this.#lines();
    if (lines.length + this.#scroll.length + this.#standing.length === 0) {
      return;
    }
    const frame = lines.join("\n");
    if (this.#scroll.length === 0 && frame === this.#frame) return;
    const up = this.#standingRows();
    let text = this.#hidden ? "" : HIDE;
    text += up > 0 ? `\r\x1b[${up}A` : "";
    // tmux remembers which rows were one line, and joins what was painted over them
    // when it becomes wider; of rows that are cleared it forgets it.
    if (up > 0 && this.screen.reflows === "late") text += CLEAR_BELOW;
    for (const line of this.#scroll) text += `${line}${CLEAR_LINE}\n`;
    text += NO_WRAP;
    for (const line of lines) text += `${line}${CLEAR_LINE}\n`;
    text += WRAP + CLEAR_BELOW;
    this.#hidden = true;
    this.#scroll = [];
    this.#standing = lines.map(columns);
    this.#columns = this.screen.size().columns;
    this.#frame = frame;
    this.screen.write(text);
  }

  /** What happened to many in the same way since the last frame, in a line. */
  #fold(): void {
    for (const [first, count] of this.#alike) {
      const { sign, paint } = OUTCOMES.failed;
      const others = counted(count, "other");
      this.#say(
        this.style[paint](sign),
        `${others} failed in the same way as ${first}`,
      );
    }
    this.#alike.clear();
    const stages = Map.groupBy(this.#skipped, ([one]) => stageOf(one));
    for (const [stage, blockers] of stages) {
      const { sign, paint } = OUTCOMES.skipped;
      const count = blockers.reduce((sum, [, count]) => sum + count, 0);
      const [[first = ""] = []] = blockers;
      const needed = blockers.length === 1
        ? `needs ${first}`
        : `need ${stage} × ${blockers.length}`;
      this.#say(
        this.style[paint](sign),
        `${counted(count, "instance")} skipped: ${needed}`,
      );
    }
    this.#skipped.clear();
  }

  /** Takes the running lines away and gives the cursor back. */
  close(): void {
    this.#running.clear();
    if (this.#forecast) {
      const { done, of, elapsed } = this.#forecast.total(this.#now());
      this.#forecast = undefined;
      this.#say(
        this.style.yellow("stopped"),
        `after ${
          duration(elapsed)
        }: ${done} of ${of} done; the same command goes on from there`,
      );
    }
    this.#show();
    if (this.#hidden) this.screen.write(SHOW);
    this.#hidden = false;
    this.#standing = [];
    this.#frame = "";
  }

  #begin(
    { plan, seconds }: Extract<Event, { kind: "planned" }>,
    now: number,
  ): void {
    const work = plan.filter(({ decision }) => decision.kind !== "reuse");
    this.#running.clear();
    this.#room = new Map();
    if (work.length === 0) {
      this.#forecast = undefined;
      return;
    }
    this.#forecast = new Forecast(work, seconds, now);
    this.#name = Math.max(...work.map(({ instance }) => columns(instance)));
    const reasons = work.flatMap(({ decision }) =>
      decision.kind === "run" ? [describeReason(decision.because)] : []
    );
    const alike = reasons.length >= MANY && new Set(reasons).size === 1;
    this.#common = alike ? reasons[0] : undefined;
    const reused = plan.length - work.length;
    if (reused > 0) {
      const { sign, paint } = OUTCOMES.reused;
      const text =
        `${sign} ${reused} of ${plan.length} instances are up to date`;
      this.#scroll.push(this.style[paint](clip(text, this.#width())));
    }
    if (this.#common !== undefined) {
      const { sign, paint } = DECISIONS.run;
      this.#say(
        this.style[paint](sign),
        `${reasons.length} to run: ${this.#common}`,
      );
    }
  }

  #open(
    instance: string,
    since: number,
    because: string,
    attached?: number,
  ): void {
    this.#running.set(instance, {
      instance,
      since,
      because,
      expected: this.#forecast?.expected(instance),
      ...(attached !== undefined && { attached }),
    });
  }

  /** Something that stays, with a sign before it. */
  #say(sign: string, text: string): void {
    this.#scroll.push(...hang(`${sign} `, text, this.#width()));
  }

  /** The line that stays of an instance. */
  #ended(
    { instance, outcome }: Extract<Event, { kind: "ended" }>,
    because: string,
  ): string[] {
    const { sign, paint } = OUTCOMES[outcome.kind];
    const width = this.#width();
    const text = remark(outcome, because);
    if (text === undefined) return [];
    const mark = this.style[paint](sign);
    if (outcome.kind === "failed") {
      return hang(`${mark} ${instance}  `, text, width);
    }
    const time = outcome.kind === "built" ? duration(outcome.seconds) : "";
    const head = `${mark} ${padLeft(time, TIME)}  ${instance}`;
    const margin = " ".repeat(
      Math.max(0, Math.min(this.#name, width / 3) - columns(instance)),
    );
    const room = width - columns(head + margin) - 2;
    const dim = this.style.dim;
    return text === "" || room < LEAST
      ? [clip(head, width)]
      : [`${head}${margin}  ${dim(clip(text, room))}`];
  }

  #lines(): string[] {
    const total = this.#forecast?.total(this.#now());
    if (!total) return [];
    const now = this.#now();
    const running = [...this.#running.values()].filter((one) =>
      one.heard || now - one.since >= PATIENCE
    );
    // Half of the screen is for what has ended.
    const { rows } = this.screen.size();
    const most = Math.max(1, Math.min(rows - 3, Math.ceil(rows / 2)));
    const shown = folded(running, most);
    const lines = runningLines(shown.slice(0, most), total, {
      now,
      width: this.#width(),
      room: this.#room,
      style: this.style,
    });
    if (shown.length > most) {
      const more = `and ${shown.length - most} more at work`;
      lines.splice(-1, 0, this.style.dim(more));
    }
    return lines;
  }

  /**
   * The rows that the lines on the screen surely take now. A terminal that has
   * become narrower has broken them into more; where that is not sure, rests of a
   * frame may stay, but no line that has scrolled by is painted over.
   */
  #standingRows(): number {
    if (this.screen.reflows !== "at once") return this.#standing.length;
    const { columns } = this.screen.size();
    return this.#standing.reduce(
      (sum, size) => sum + Math.max(1, Math.ceil(size / Math.max(1, columns))),
      0,
    );
  }

  /** The last column stays free: writing there makes some terminals wrap. */
  #width(): number {
    return Math.max(20, this.screen.size().columns - 1);
  }

  #now(): number {
    return this.screen.clock() / 1000;
  }
}

/** What is said beside a name; nothing where there is nothing to say. */
function remark(outcome: Outcome, because: string): string | undefined {
  switch (outcome.kind) {
    case "built":
      return because;
    case "restored":
      if (outcome.from) return `from cache (${maker(outcome.from)})`;
      return outcome.artifacts.length > 0
        ? listed(outcome.artifacts, 2)
        : because || undefined;
    case "failed":
      return clean(outcome.failure.what);
    case "reused":
    case "skipped":
      // Cut off, up to date, or counted: the summary has them.
      return undefined;
  }
}

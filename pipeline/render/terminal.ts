/**
 * Events on a terminal: finished instances scroll by as single lines, running
 * ones stay below them, a line each, with a total line at the end.
 */
import type { Event, Report } from "../event.ts";
import { amount, duration, measured } from "./quantity.ts";
import { describeReason } from "./reason.ts";
import type { Style } from "./style.ts";
import { summary } from "./summary.ts";

/** Frames a second at most. */
const FRAMES = 10;
const BAR = 16;

interface Running {
  readonly instance: string;
  readonly since: number;
  progress?: Extract<Event, { kind: "progress" }>;
  attached?: number;
}

/** The world as the live view needs it; a test puts another one in. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly conclude: (text: string) => void;
  readonly columns: () => number;
  /** In milliseconds, only forward. */
  readonly clock: () => number;
}

/** The live view on this process's terminal. */
export function live(
  write: (text: string) => void,
  conclude: (text: string) => void,
  style: Style,
): { report: Report; close: () => void } {
  const view = new View({
    write,
    conclude,
    columns: () => {
      try {
        return Deno.consoleSize().columns;
      } catch {
        return 80; // no size to be had: a terminal that is none, such as a serial line
      }
    },
    clock: () => performance.now(),
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

/** The picture on the terminal, repainted in place. */
export class View {
  readonly #running = new Map<string, Running>();
  readonly #told: Event[] = [];
  #total = 0;
  #ended = 0;
  #predicted: number | undefined;
  #started = 0;
  #height = 0;
  #hidden = false;
  #scroll: string[] = [];

  constructor(private readonly screen: Screen, private readonly style: Style) {}

  /** Takes an event in; `paint` shows it. */
  tell(event: Event): void {
    if (event.kind !== "progress") this.#told.push(event);
    const { green, yellow, red, cyan, dim } = this.style;
    switch (event.kind) {
      case "planned":
        this.#told.splice(0, this.#told.length, event);
        this.#started = this.screen.clock();
        this.#ended = 0;
        this.#total =
          event.plan.filter(({ decision }) => decision.kind !== "reuse").length;
        this.#predicted = event.seconds;
        break;
      case "started":
        this.#running.set(event.instance, {
          instance: event.instance,
          since: this.screen.clock(),
        });
        this.#scroll.push(
          `${cyan("→")} ${event.instance}  ${
            dim(describeReason(event.because))
          }`,
        );
        break;
      case "attached":
        this.#running.set(event.instance, {
          instance: event.instance,
          since: this.screen.clock(),
          attached: event.pid,
        });
        break;
      case "progress": {
        const running = this.#running.get(event.instance);
        if (running) running.progress = event;
        break;
      }
      case "warned":
        this.#scroll.push(`${yellow("!")} ${event.instance}: ${event.message}`);
        break;
      case "ended": {
        this.#running.delete(event.instance);
        const { instance, outcome } = event;
        if (outcome.kind !== "reused") this.#ended++;
        if (outcome.kind === "built") {
          this.#scroll.push(
            `${green("✓")} ${instance}  ${dim(duration(outcome.seconds))}`,
          );
        } else if (
          outcome.kind === "restored" && outcome.artifacts.length > 0
        ) {
          this.#scroll.push(
            `${green("↺")} ${instance}  ${dim(outcome.artifacts.join(", "))}`,
          );
        } else if (outcome.kind === "failed") {
          this.#scroll.push(`${red("✗")} ${instance}  ${outcome.failure.what}`);
        } else if (outcome.kind === "skipped") {
          this.#scroll.push(
            `${yellow("–")} ${instance}  needs ${outcome.blocker}`,
          );
        }
        break;
      }
      case "finished":
        this.close();
        this.screen.conclude(
          summary(this.#told, this.#width(), this.style).join("\n") + "\n",
        );
    }
  }

  /** One frame, in one write, so that nothing flickers. */
  paint(): void {
    const lines = this.#lines();
    if (lines.length === 0 && this.#scroll.length === 0 && this.#height === 0) {
      return;
    }
    const width = this.#width();
    let frame = this.#hidden ? "" : "\x1b[?25l";
    this.#hidden = true;
    frame += this.#height > 0 ? `\r\x1b[${this.#height}A\x1b[J` : "";
    for (const line of this.#scroll) frame += line + "\n";
    for (const line of lines) frame += clip(line, width) + "\n";
    this.#scroll = [];
    this.#height = lines.length;
    this.screen.write(frame);
  }

  /** Takes the running lines away and gives the cursor back. */
  close(): void {
    this.#running.clear();
    this.#total = 0;
    if (this.#hidden || this.#scroll.length > 0) this.paint();
    if (this.#hidden) this.screen.write("\x1b[?25h");
    this.#hidden = false;
    this.#height = 0;
  }

  #width(): number {
    return Math.max(20, this.screen.columns());
  }

  #lines(): string[] {
    const { dim, bold } = this.style;
    const running = [...this.#running.values()];
    if (running.length === 0) return [];
    const name = Math.max(...running.map(({ instance }) => instance.length));
    const wide = this.#width() >= 90;
    const lines = running.map((one) => this.#line(one, name, wide));
    const elapsed = (this.screen.clock() - this.#started) / 1000;
    const left = this.#predicted === undefined || this.#predicted <= elapsed
      ? ""
      : `, about ${duration(this.#predicted - elapsed)} left`;
    lines.push(
      dim(
        `${bold(`${this.#ended}/${this.#total}`)} done, ${
          duration(elapsed)
        }${left}`,
      ),
    );
    return lines;
  }

  #line(
    { instance, since, progress, attached }: Running,
    name: number,
    wide: boolean,
  ): string {
    const { cyan, dim } = this.style;
    const head = `${instance.padEnd(name)} `;
    if (!progress) {
      const elapsed = duration((this.screen.clock() - since) / 1000);
      const note = attached === undefined
        ? ""
        : ` (process ${attached} is at it)`;
      return `${head} ${dim("·".repeat(wide ? BAR : 6))}  ${elapsed}${note}`;
    }
    const { done, total, unit, values = {} } = progress.progress;
    const share = Math.min(1, done / Math.max(1, total));
    const length = wide ? BAR : 6;
    const full = Math.floor(share * length);
    const bar = cyan("━".repeat(full)) + dim("─".repeat(length - full));
    const shown = Object.entries(values).map(([key, value]) =>
      `${key} ${measured(value)}`
    );
    const rate = progress.rate === undefined
      ? []
      : [`${amount(progress.rate)} ${unit}/s`];
    const left = progress.remaining === undefined
      ? []
      : [duration(progress.remaining)];
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
    return [
      `${head} ${bar} ${percent}`,
      ...shown,
      ...(wide ? rate : []),
      ...left,
    ].join("  ");
  }
}

/** Cuts a line to so many visible characters; styles do not count. */
function clip(line: string, width: number): string {
  let visible = 0;
  let out = "";
  // deno-lint-ignore no-control-regex -- the escapes are what is looked for
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith("\x1b[")) {
      out += part;
      continue;
    }
    const room = Math.max(0, width - 1 - visible);
    out += [...part].slice(0, room).join("");
    visible += [...part].length;
  }
  return out;
}

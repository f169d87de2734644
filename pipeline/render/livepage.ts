/**
 * A run as a page that grows: what is at work, what has ended, the pictures and
 * numbers that there are already. In sections, so that a browser replaces only
 * those that have changed.
 */
import type { Event } from "../run/event.ts";
import type { Digest } from "../store/digest.ts";
import { escape } from "../text/markup.ts";
import { clock, counted, duration, measured, rate } from "../text/quantity.ts";
import { clean } from "../text/visible.ts";
import { mistake } from "./alike.ts";
import { folded, stageOf } from "./folding.ts";
import { Forecast } from "./forecast.ts";
import { grouped, listed } from "./reason.ts";
import { type Running, shareOf } from "./running.ts";
import { OUTCOMES, VERDICTS } from "./words.ts";

/** The parts of the page, from above to below. */
export const SECTIONS = [
  "state",
  "failures",
  "claims",
  "running",
  "numbers",
  "pictures",
  "stages",
  "warnings",
] as const;

/** HTML by section; an empty one shows nothing. */
export type Sections = { readonly [name in typeof SECTIONS[number]]: string };

/** Lines of what is at work: more are folded. */
const LINES = 16;
/** Names before "and n more". */
const NAMES = 8;
/** What a browser shows as a picture; of one picture in several forms the first. */
const PICTURES = /\.(png|webp|jpe?g|gif|svg)$/;

type Ended = Extract<Event, { kind: "ended" }>;

/** The page of one run. Times are in seconds, on a clock that only goes forward. */
export class LivePage {
  readonly #running = new Map<string, Running>();
  readonly #ended = new Map<string, Ended>();
  readonly #warnings = new Map<string, string[]>();
  #planned: Extract<Event, { kind: "planned" }> | undefined;
  #forecast: Forecast | undefined;
  #last: Extract<Event, { kind: "finished" | "interrupted" }> | undefined;
  #numbers: readonly (readonly [name: string, value: number])[] = [];

  /** The artifacts that there are, by path. */
  readonly artifacts = new Map<string, Digest>();

  /** Takes an event in. */
  tell(event: Event, now: number): void {
    this.#forecast?.note(event, now);
    switch (event.kind) {
      case "planned": {
        this.#planned = event;
        const work = event.plan.filter((one) => one.decision.kind !== "reuse");
        this.#forecast = new Forecast(work, event.seconds, now);
        break;
      }
      case "started":
      case "attached": {
        const { instance } = event;
        const expected = this.#forecast?.expected(instance);
        this.#running.set(instance, { instance, since: now, expected });
        break;
      }
      case "progress": {
        const running = this.#running.get(event.instance);
        const heard = { event, at: now };
        if (running) this.#running.set(event.instance, { ...running, heard });
        break;
      }
      case "warned": {
        const by = this.#warnings.get(event.message) ?? [];
        this.#warnings.set(event.message, [...by, event.instance]);
        break;
      }
      case "cache":
        this.#warnings.set(event.message, ["cache"]);
        break;
      case "ended":
        this.#running.delete(event.instance);
        this.#ended.set(event.instance, event);
        for (const [path, digest] of Object.entries(event.artifacts ?? {})) {
          this.artifacts.set(path, digest);
        }
        break;
      case "finished":
      case "interrupted":
        this.#running.clear();
        this.#last = event;
    }
  }

  /** Numbers of what was measured, as soon as there are any. */
  measure(numbers: readonly (readonly [name: string, value: number])[]): void {
    this.#numbers = numbers;
  }

  /** The page as it is now. */
  sections(now: number): Sections {
    return {
      state: this.#state(now),
      failures: this.#failures(),
      claims: this.#claims(),
      running: this.#atWork(now),
      numbers: block(
        "Measured",
        this.#numbers.map(([name, value]) =>
          row(th(name), td(measured(value), "number"))
        ),
      ),
      pictures: this.#pictures(),
      stages: this.#stages(),
      warnings: block(
        "Warnings",
        [...this.#warnings].map(([message, by]) =>
          row(th(listed(grouped([...new Set(by)]))), td(clean(message)))
        ),
      ),
    };
  }

  #state(now: number): string {
    if (this.#last) {
      const { kind, seconds } = this.#last;
      const word = kind === "interrupted"
        ? "interrupted"
        : this.#last.success
        ? "done"
        : this.#last.counts.failed > 0
        ? "failed"
        : "done, but a claim fails";
      return `<h1>${word}</h1><p>after ${duration(seconds)}. ` +
        `The run has ended, and this page stays as it is.</p>`;
    }
    const total = this.#forecast?.total(now);
    if (!total) return "<h1>planning</h1>";
    const { done, of, share, elapsed, remaining } = total;
    const left = remaining === undefined
      ? ""
      : `, about ${clock(remaining)} left`;
    return `<h1>${done} of ${of} done</h1>${bar(share, "all of it")}` +
      `<p>${clock(elapsed)}${left}</p>`;
  }

  #atWork(now: number): string {
    return block(
      "At work",
      folded([...this.#running.values()], LINES).map(
        ({ instance, since, heard, expected }) => {
          const progress = heard?.event.progress;
          const values = Object.entries(progress?.values ?? {})
            .map(([name, value]) => `${name} ${measured(value)}`).join("  ");
          const speed = heard?.event.rate;
          const remaining = heard?.event.remaining;
          const cores = heard?.event.cores;
          const time = heard && remaining !== undefined
            ? `${clock(remaining - (now - heard.at))} left`
            : clock(Math.floor(now - since)) +
              (expected === undefined ? "" : ` of about ${duration(expected)}`);
          return row(
            th(instance),
            `<td>${heard ? bar(shareOf(heard.event), instance) : ""}</td>`,
            td(values),
            td(
              speed === undefined || !progress
                ? ""
                : rate(speed, progress.unit) +
                  (cores === undefined ? "" : `, ${cores} cores`),
              "number",
            ),
            td(time, "number"),
          );
        },
      ),
    );
  }

  #failures(): string {
    const alike = Map.groupBy(
      [...this.#ended.values()].flatMap(({ instance, outcome }) =>
        outcome.kind === "failed" ? [{ instance, outcome }] : []
      ),
      ({ instance, outcome }) => mistake(instance, outcome),
    );
    return block(
      "Failed",
      [...alike.values()].map((all) => {
        const { what, seen = "", hint = "" } = all[0]!.outcome.failure; // of a group
        const names = all.map(({ instance }) => instance);
        return row(
          th(listed(names, NAMES)),
          `<td><strong>${text(what)}</strong><pre>${text(seen)}</pre>${
            text(hint)
          }</td>`,
        );
      }),
    );
  }

  #claims(): string {
    const verdicts = this.#last?.kind === "finished" ? this.#last.verdicts : [];
    return block(
      "Claims",
      verdicts.map(({ verdict, sentence }) => {
        const { sign, word, paint } = VERDICTS[verdict];
        return row(
          `<th scope="row" class="${paint}">${sign} ${word}</th>`,
          td(clean(sentence)),
        );
      }),
    );
  }

  #pictures(): string {
    const stems = new Map<string, string>();
    for (const path of this.artifacts.keys()) {
      if (!PICTURES.test(path)) continue;
      const stem = path.replace(PICTURES, "");
      const known = stems.get(stem);
      if (known === undefined || known.endsWith(".svg")) stems.set(stem, path);
    }
    const cells = [...stems.values()].sort().map((path) => {
      const source = `artifact/${this.artifacts.get(path)}`;
      return `<li><a href="${source}"><img src="${source}" alt="" loading="lazy"></a>${
        text(path)
      }</li>`;
    });
    return cells.length === 0
      ? ""
      : `<h2>Pictures</h2><ul class="pictures">${cells.join("")}</ul>`;
  }

  #stages(): string {
    const plan = this.#planned?.plan ?? [];
    const kinds = ["built", "restored", "reused", "failed", "skipped"] as const;
    const rows = [...Map.groupBy(plan, ({ stage }) => stage)].map(
      ([stage, members]) => {
        const ends = members.flatMap(({ instance }) =>
          this.#ended.get(instance)?.result ?? []
        );
        const busy = [...this.#running.keys()]
          .filter((instance) => stageOf(instance) === stage).length;
        const waiting = members.length - ends.length - busy;
        const said = [
          ...kinds.map((kind) =>
            [
              ends.filter((end) => end === kind).length,
              OUTCOMES[kind].word,
            ] as const
          ),
          [busy, "at work"] as const,
          [waiting, "to come"] as const,
        ].filter(([count]) => count > 0)
          .map(([count, word]) => `${count} ${word}`);
        return row(
          th(stage),
          td(counted(members.length, "instance")),
          td(said.join(", ")),
        );
      },
    );
    return block("Stages", rows);
  }
}

function block(title: string, rows: readonly string[]): string {
  return rows.length === 0
    ? ""
    : `<h2>${title}</h2><div class="wide"><table>${
      rows.join("")
    }</table></div>`;
}

function row(...cells: readonly string[]): string {
  return `<tr>${cells.join("")}</tr>`;
}

function th(content: string): string {
  return `<th scope="row">${text(content)}</th>`;
}

function td(content: string, kind?: string): string {
  return `<td${kind ? ` class="${kind}"` : ""}>${text(content)}</td>`;
}

function bar(share: number, label: string): string {
  return `<progress value="${share.toFixed(3)}" aria-label="${
    escape(clean(label))
  }"></progress>`;
}

function text(content: string): string {
  return escape(clean(content));
}

/** The account of a run: what ran and why, and what did not have to. */
import type { Event } from "../run/event.ts";
import { stageOf } from "./folding.ts";
import { duration } from "../text/quantity.ts";
import { describeReason, grouped, listed, maker } from "./reason.ts";
import type { Style } from "../text/style.ts";
import { hang, pad, padLeft, width as columns } from "../text/layout.ts";
import { clean } from "../text/visible.ts";

type Ended = Extract<Event, { kind: "ended" }>;

/** How many names of stages are listed before "and n more". */
const NAMES = 8;

/** What ran, by stages, with times and reasons; and what did not, and why not. */
export function accountLines(
  events: readonly Event[],
  width: number,
  style: Style,
): string[] {
  const ended = events.filter((event) => event.kind === "ended");
  return [
    ...ran(ended, events, width, style),
    ...spared(ended, events, width, style),
  ];
}

function ran(
  ended: readonly Ended[],
  events: readonly Event[],
  width: number,
  { bold, dim }: Style,
): string[] {
  const reasons = new Map(
    events.flatMap((event) =>
      event.kind === "started"
        ? [[event.instance, describeReason(event.because)]]
        : []
    ),
  );
  const built = ended.flatMap(({ instance, outcome }) =>
    outcome.kind === "built"
      ? [{
        instance,
        seconds: outcome.seconds,
        why: reasons.get(instance) ?? "",
      }]
      : []
  );
  if (built.length === 0) return [];
  const rows = [...Map.groupBy(built, ({ instance }) => stageOf(instance))]
    .map(([, members]) => ({
      name: grouped(members.map(({ instance }) => instance)).join(),
      time: duration(members.reduce((sum, { seconds }) => sum + seconds, 0)),
      why: shared(members.map(({ why }) => why)),
    }));
  const common = rows.length > 1 &&
    rows.every(({ why }) => why === rows[0]?.why);
  const name = Math.min(
    Math.max(...rows.map((row) => columns(row.name))),
    Math.floor(width * 0.45),
  );
  const time = Math.max(...rows.map((row) => row.time.length));
  return [
    bold("Ran") + (common ? `  ${dim(rows[0]?.why ?? "")}` : ""),
    ...rows.flatMap((row) =>
      hang(
        `  ${pad(row.name, name)}  ${padLeft(row.time, time)}  `,
        common ? "" : row.why,
        width,
        dim,
      )
    ),
  ];
}

function spared(
  ended: readonly Ended[],
  events: readonly Event[],
  width: number,
  { bold, dim }: Style,
): string[] {
  const planned = new Map(
    events.flatMap((event) =>
      event.kind === "planned"
        ? event.plan.map((one) => [one.instance, one.decision.kind] as const)
        : []
    ),
  );
  const names = (chosen: readonly Ended[]) =>
    listed(grouped(chosen.map(({ instance }) => instance)), NAMES);
  const reused = ended.filter(({ outcome }) => outcome.kind === "reused");
  const cut = reused.filter(({ instance }) =>
    planned.get(instance) !== "reuse"
  );
  const current = reused.filter((event) => !cut.includes(event));
  const restored = ended.flatMap(({ instance, outcome }) =>
    outcome.kind === "restored"
      ? [{ instance, artifacts: outcome.artifacts, from: outcome.from }]
      : []
  );
  const lines: string[] = [];
  const row = (head: string, text: string) =>
    lines.push(...hang(`  ${pad(head, 10)}  `, text, width, dim));
  if (current.length > 0) row("up to date", names(current));
  if (cut.length > 0) {
    row("cut off", `${names(cut)}: what they read came out equal`);
  }
  const sources = Map.groupBy(
    restored,
    ({ from }) => from && `from cache (${maker(from)})`,
  );
  for (const [source, members] of sources) {
    const stages = grouped(members.map(({ instance }) => instance));
    const files = members.flatMap(({ artifacts }) => artifacts);
    row(
      "restored",
      (source === undefined ? "" : `${source}: `) + listed(stages, NAMES) +
        (files.length > 0 ? `: ${listed(files)} put in place` : ""),
    );
  }
  return lines.length > 0 ? [bold("Did not have to run"), ...lines] : [];
}

/** One reason for all of them, or the first and that there are others. */
function shared(reasons: readonly string[]): string {
  const [first = "", ...others] = new Set(reasons);
  return others.length === 0 ? first : `${first}; or the like`;
}

/** Warnings, those that say the same of several instances together. */
export function warningLines(
  events: readonly Event[],
  width: number,
  { bold, yellow }: Style,
): string[] {
  const said = new Map<string, string[]>();
  for (const event of events) {
    if (event.kind !== "warned") continue;
    const message = clean(event.message);
    const by = said.get(message) ?? [];
    if (!by.includes(event.instance)) by.push(event.instance);
    said.set(message, by);
  }
  for (const event of events) {
    if (event.kind === "cache") said.set(clean(event.message), ["cache"]);
  }
  for (const event of events) {
    if (event.kind !== "finished") continue;
    // That these are stand-ins stands above all, with its reason.
    for (const { reason } of event.provisional) said.delete(clean(reason));
  }
  if (said.size === 0) return [];
  const all = [...said];
  return [
    bold(yellow("Warnings")),
    ...all.slice(0, NAMES).flatMap(([message, by]) =>
      hang(`  ${yellow("!")} `, `${grouped(by).join(", ")}: ${message}`, width)
    ),
    ...(all.length > NAMES ? [`    and ${all.length - NAMES} more`] : []),
  ];
}

/**
 * `verify`: whether results are what they are said to be. With an archive, level
 * by level; without one, the present results against the published ones, or all
 * of them made again in an empty place.
 *
 * Exit codes: 0 yes · 1 no · 2 could not judge.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { overlays, type Parsed } from "../arguments.ts";
import { readRun } from "../../archive/documents.ts";
import { inspect, openArchive } from "../../archive/inspection.ts";
import { exitCode, type Level, levelLines } from "../../archive/level.ts";
import { rootLines } from "../../archive/standalone.ts";
import type { Console } from "../console.ts";
import type { Digest } from "../../store/digest.ts";
import { Failed, unwrap } from "../../failure.ts";
import type { Json } from "../../stage/json.ts";
import { open, type Opened } from "../../plan/open.ts";
import {
  type Difference,
  levelsOf,
  type Project,
  type Shorthand,
} from "../../project/project.ts";
import { NO_CLAIMS } from "../../project/publication.ts";
import { comparePresent } from "../../history/candidate.ts";
import type { Comparison } from "../../published/comparison.ts";
import { LOCK, type Lock, readPublished } from "../../published/lock.ts";
import { presentRun, publicationOf } from "../../history/present.ts";
import { comparisonLines } from "../../render/comparison.ts";
import { jsonLine } from "../../text/visible.ts";
import { reproduce } from "../../history/reproduce.ts";

/** The command `verify`. */
export default async function verifyCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const [archive] = parsed.operands;
  return archive === undefined
    ? await verifyProject(project, parsed, console)
    : await verifyArchive(project, archive, parsed, console);
}

async function verifyArchive<Config>(
  project: Project<Config>,
  path: string,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const { out, outStyle: { green, red, yellow } } = console;
  const judge = await project.judge?.() ?? NO_CLAIMS;
  const upTo = Number(parsed.one("level") ?? 2);
  const { root, levels } = inspect(path, judge, Math.min(upTo, 2));
  if (upTo > 2 && exitCode(levels) === 0) {
    levels.push(...await deeper(project, path, upTo, parsed, console));
  }
  if (parsed.has("json")) out(jsonLine({ root, levels }));
  else {
    const paint = { yes: green, no: red, open: yellow };
    const lines = levels.flatMap((level) => {
      const [head = "", ...rest] = levelLines(level);
      return [paint[level.answer](head), ...rest];
    });
    out([...lines, ...rootLines(root), ""].join("\n"));
  }
  return exitCode(levels);
}

/** The levels from 3 on; the first that is no yes is the last. */
async function deeper<Config>(
  project: Project<Config>,
  path: string,
  upTo: number,
  parsed: Parsed,
  { err, terminal, columns }: Console,
): Promise<Level[]> {
  if (!parsed.has("run")) {
    return [{
      level: 3,
      name: levelsOf(project)[0]?.name ?? "",
      answer: "open",
      seen: "not tried",
      findings: ["it executes code of the archive: allow that with --run"],
    }];
  }
  const { mirror } = project;
  const { rerun } = await import("../../archive/rerun.ts");
  using container = openArchive(path)!; // it was just read
  const { remakingTeller } = await import("../../render/remaking.ts");
  const show = remakingTeller({
    write: parsed.has("json") ? () => {} : err,
    terminal,
    columns,
    now: () => performance.now() / 1000,
  });
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  Deno.addSignalListener("SIGINT", interrupt);
  const levels: Level[] = [];
  try {
    for (const [index, again] of levelsOf(project).entries()) {
      const level = index + 3;
      const stop = levels.some(({ answer }) => answer !== "yes");
      if (level > upTo || stop || controller.signal.aborted) break;
      levels.push(
        await rerun(container, { level, again }, {
          path,
          options: fixed(readRun(container).experiment, project.shorthands),
          mirror: mirror === undefined
            ? undefined
            : { variable: mirror, place: Deno.env.get(mirror) },
          signal: controller.signal,
          tell: (remaking) => show({ level, name: again.name }, remaking),
        }),
      );
    }
  } finally {
    show();
    Deno.removeSignalListener("SIGINT", interrupt);
  }
  return levels;
}

/** What the record says where a machine would choose: the settings that have an option. */
function fixed(
  experiment: Json,
  shorthands: readonly Shorthand[],
): { [option: string]: string } {
  return Object.fromEntries(
    shorthands.flatMap(({ option, setting }) => {
      let value: Json | undefined = experiment;
      for (const key of setting.split(".")) {
        value = value !== null && typeof value === "object" &&
            !Array.isArray(value)
          ? (value as { readonly [key: string]: Json })[key]
          : undefined;
      }
      return typeof value === "string" ? [[option, value]] : [];
    }),
  );
}

async function verifyProject<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const request = overlays(parsed, project.shorthands);
  const opened = unwrap(await open(project, request));
  const publication = publicationOf(opened);
  const published = unwrap(readPublished(join(opened.root, LOCK)));
  if (!parsed.has("from-scratch")) {
    const present = unwrap(presentRun(opened, project.pipeline.verdicts));
    opened.save();
    if (!published) throw nothingPublished();
    const comparison = comparePresent(published, opened, present, publication);
    return tell(
      comparison,
      published,
      present,
      [opened],
      await project.difference?.(),
      parsed,
      console,
    );
  }
  const baseline = published ??
    unwrap(presentRun(opened, project.pipeline.verdicts));
  const place = await Deno.makeTempDir({ prefix: "facsimile-verify-" });
  try {
    seed(opened, place);
    const elsewhere = { ...project, place };
    const { plain } = await import("../../render/plain.ts");
    const report = plain(console.err, () => {}, console.style);
    const controller = new AbortController();
    const interrupt = () => controller.abort();
    Deno.addSignalListener("SIGINT", interrupt);
    try {
      await reproduce(
        elsewhere,
        {
          ...request,
          targets: [],
          force: [],
          jobs: undefined,
          failFast: false,
          arguments: Deno.args,
        },
        report,
        controller.signal,
      );
    } finally {
      Deno.removeSignalListener("SIGINT", interrupt);
    }
    if (controller.signal.aborted) return 130;
    const scratch = unwrap(await open(elsewhere, request));
    const present = unwrap(presentRun(scratch, project.pipeline.verdicts));
    const comparison = comparePresent(baseline, scratch, present, publication);
    return tell(
      comparison,
      baseline,
      present,
      [opened, scratch],
      await project.difference?.(),
      parsed,
      console,
    );
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

function nothingPublished(): Failed {
  return new Failed({
    kind: "not-published",
    what: "Cannot compare with the published run",
    seen: `there is no ${LOCK}`,
    hint: "publish first (deno task publish), or compare with the present " +
      "results (deno task verify --from-scratch)",
  });
}

/**
 * Contents that are pinned by their digest, such as a downloaded dataset, are
 * data and no results: they are taken along, checked like any other.
 */
function seed({ graph, store }: Opened, place: string): void {
  const objects = join(place, ".store", "objects");
  mkdirSync(objects, { recursive: true });
  for (const { declaration: { pinned = {} } } of graph.instances) {
    for (const digest of Object.values(pinned) as Digest[]) {
      if (!store.holds(digest)) continue;
      copyFileSync(store.object(digest), join(objects, digest));
    }
  }
}

/** Says how two runs compare, artifact by artifact. */
function tell(
  comparison: Comparison,
  was: Lock,
  now: Lock,
  places: readonly Opened[],
  difference: Difference | undefined,
  parsed: Parsed,
  { out, outStyle }: Console,
): number {
  const code = {
    identical: 0,
    equivalent: 0,
    different: 1,
    "not comparable": 2,
  };
  const artifacts = Object.entries(now.artifacts).map(([path, artifact]) => ({
    path,
    instance: artifact.instance,
    same: was.artifacts[path]?.digest === artifact.digest,
  }));
  if (parsed.has("json")) {
    out(jsonLine({ comparison, artifacts }));
    return code[comparison.kind];
  }
  const { green, red, dim } = outStyle;
  out(
    [
      ...artifacts.map(({ path, instance, same }) =>
        same
          ? `${green("same   ")}  ${path}`
          : `${red("differs")}  ${path}  ${dim(instance)}` +
            differenceText(path, was, now, places, difference)
      ),
      ...comparisonLines(comparison, outStyle),
      "",
    ].join("\n"),
  );
  return code[comparison.kind];
}

/** Where two versions of an artifact differ, if the project knows and both are at hand. */
function differenceText(
  path: string,
  was: Lock,
  now: Lock,
  places: readonly Opened[],
  difference: Difference | undefined,
): string {
  const versions = ({ artifacts }: Lock) => (path: string) => {
    const digest = artifacts[path]?.digest;
    const place = places.find(({ store }) =>
      digest !== undefined && store.holds(digest)
    );
    return place && digest && Deno.readFileSync(place.store.object(digest));
  };
  const said = difference?.(path, versions(was), versions(now));
  return said === undefined ? "" : `\n         ${said}`;
}

/** `cache`: what a shared cache has of these results; gives, gets and removes. */
import { join } from "node:path";
import { overlays, type Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import type { SharedCache } from "../../cache/shared.ts";
import { side, TRANSFERS } from "../../cache/side.ts";
import { Failed, unwrap } from "../../failure.ts";
import { cacheOf } from "../../history/consult.ts";
import { open, type Opened } from "../../plan/open.ts";
import { Plan } from "../../plan/plan.ts";
import type { Overlays, Project } from "../../project/project.ts";
import { LOCK, readPublished } from "../../published/lock.ts";
import { grouped, listed } from "../../render/reason.ts";
import { Workdirs } from "../../run/workdir.ts";
import { share } from "../../store/lease.ts";
import { bytes, counted } from "../../text/quantity.ts";

/** What is at hand for every action but `key`. */
interface Ground {
  readonly opened: Opened;
  readonly cache: SharedCache;
  readonly plan: Plan;
}

/** The command `cache`: exit code 0, or 1 if the cache is in trouble. */
export default async function cacheCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const action = parsed.operands[0] ?? "status";
  if (action === "key") return await makeKey(console);
  const overlay = overlays(parsed, project.shorthands);
  using _shared = share(join(project.root, ".store"));
  const ground = await prepare(project, overlay);
  const { cache, opened } = ground;
  switch (action) {
    case "status":
      await status(ground, console);
      break;
    case "push":
      await push(ground, console);
      break;
    case "pull":
      await pull(ground, console);
      break;
    case "prune":
      await prune(ground, parsed, console);
      break;
  }
  cache.close();
  opened.save();
  const { trouble } = cache.health;
  if (trouble === undefined) return 0;
  console.err(
    `${
      console.style.yellow("warning:")
    } cache ${cache.transport.name}: ${trouble}\n`,
  );
  return 1;
}

/** Opens project and cache, and makes a plan that asks nobody yet. */
async function prepare<Config>(
  project: Project<Config>,
  overlay: Overlays,
): Promise<Ground> {
  const opened = unwrap(await open(project, overlay));
  const cache = await cacheOf(project, overlay, opened);
  if (!cache) {
    throw new Failed({
      kind: "no-cache",
      what: "Cannot find a cache",
      seen: "the configuration names none",
      hint:
        'give --cache URL, or write [cache] with url = "…" into the configuration',
    });
  }
  return { opened, cache, plan: new Plan(opened.graph, opened.world) };
}

/** What of the present configuration is here, there, and nowhere. */
async function status(
  { opened, cache, plan }: Ground,
  { out, outStyle }: Console,
): Promise<void> {
  const here = idsOf(plan, "reuse", "restore");
  await plan.consult({ ...opened.world, cache });
  const fingerprints = [...plan.decided.values()]
    .flatMap(({ fingerprint }) => fingerprint ?? []);
  await cache.look(fingerprints);
  const there = new Set(
    opened.graph.instances.filter(({ id, declaration }) => {
      const { fingerprint } = plan.decided.get(id)!; // the plan has every instance
      return fingerprint !== undefined &&
        cache.found(fingerprint, Object.keys(declaration.outputs));
    }).map(({ id }) => id),
  );
  const all = opened.graph.instances.map(({ id }) => id);
  const row = (word: string, ids: readonly string[]) =>
    out(
      `${word}  ${counted(ids.length, "instance")}${
        ids.length > 0 && ids.length < all.length
          ? `: ${listed(grouped(ids), 8)}`
          : ""
      }\n`,
    );
  out(
    `${outStyle.bold(cache.transport.name)}  ${
      cache.writes ? "read and written" : "read"
    }\n`,
  );
  row("here and there", all.filter((id) => here.has(id) && there.has(id)));
  row("only there    ", all.filter((id) => !here.has(id) && there.has(id)));
  row("only here     ", all.filter((id) => here.has(id) && !there.has(id)));
  row("nowhere       ", all.filter((id) => !here.has(id) && !there.has(id)));
  if (cache.refused > 0) {
    out(
      outStyle.yellow(
        `${
          counted(cache.refused, "record")
        } refused that no accepted key has signed\n`,
      ),
    );
  }
}

function idsOf(plan: Plan, ...kinds: readonly string[]): ReadonlySet<string> {
  return new Set(
    [...plan.decided].filter(([, { decision }]) =>
      kinds.includes(decision.kind)
    )
      .map(([id]) => id),
  );
}

/** Gives all results of the present configuration that were made here. */
async function push(
  { opened, cache, plan }: Ground,
  { out, outStyle }: Console,
): Promise<void> {
  if (!cache.writes) {
    throw new Failed({
      kind: "read-only",
      what: "Cannot give anything to the cache",
      seen: "it is configured to be read",
      hint:
        "give --set cache.mode=read-write, with --set cache.url=… instead of --cache",
    });
  }
  let [given, there, foreign, stale] = [0, 0, 0, 0];
  await side(opened.graph.instances, TRANSFERS, async ({ id, stage }) => {
    const { decision, fingerprint } = plan.decided.get(id)!; // the plan has every instance
    const record = fingerprint === undefined
      ? undefined
      : opened.store.record(stage, fingerprint);
    if (!record || decision.kind === "run" || decision.kind === "maybe") {
      stale++;
    } else if (record.from) foreign++;
    else {
      const done = await cache.give(record);
      if (done === true) given++;
      else if (done === false) there++;
    }
  });
  out(
    `${outStyle.green("given")}: ${counted(given, "result")}${
      there > 0 ? `; ${there} were there` : ""
    }\n`,
  );
  if (foreign > 0) {
    out(`${counted(foreign, "result")} not made here: left to their makers\n`);
  }
  if (stale > 0) {
    out(
      `${
        counted(stale, "instance")
      } not up to date: deno task reproduce makes them\n`,
    );
  }
}

/** Gets all results of the present configuration that are not here; runs nothing. */
async function pull(
  { opened, cache, plan }: Ground,
  { out, outStyle }: Console,
): Promise<void> {
  await plan.consult({ ...opened.world, cache });
  using workdirs = new Workdirs(opened.store.folder);
  const never = new AbortController().signal;
  let got = 0;
  const wanted = opened.graph.instances.filter(({ id }) => {
    const { decision } = plan.decided.get(id)!; // the plan has every instance
    return decision.kind === "restore" && decision.from;
  });
  await side(wanted, TRANSFERS, async (instance) => {
    const { fingerprint } = plan.decided.get(instance.id)!; // as above
    const found = cache.found(
      fingerprint!,
      Object.keys(instance.declaration.outputs),
    ); // it was decided by this
    if (
      found && await cache.bring(instance, found, () => workdirs.draft(), never)
    ) got++;
  });
  const left = idsOf(plan, "run", "maybe").size;
  out(`${outStyle.green("got")}: ${counted(got, "result")}\n`);
  if (left > 0) {
    out(
      `${counted(left, "instance")} nowhere: deno task reproduce makes them\n`,
    );
  }
}

/** Removes what nobody used for long, but for what the published run and the present configuration need. */
async function prune(
  { opened, cache, plan }: Ground,
  parsed: Parsed,
  { out, outStyle }: Console,
): Promise<void> {
  const { transport } = cache;
  const { Folder } = await import("../../cache/folder.ts");
  const { findOld, removeOld } = await import("../../cache/prune.ts");
  if (!(transport instanceof Folder)) {
    throw new Failed({
      kind: "not-listed",
      what: `Cannot remove anything from ${transport.name}`,
      seen: transport.unlisted ?? "it has no list of what it keeps",
      hint:
        "let it remove what is old; deno task cache push gives the present results again",
    });
  }
  const published = unwrap(readPublished(join(opened.root, LOCK)));
  const kept = new Set<string>([
    ...Object.values(published?.instances ?? {}).map(({ fingerprint }) =>
      fingerprint
    ),
    ...[...plan.decided.values()].flatMap(({ fingerprint }) =>
      fingerprint ?? []
    ),
  ]);
  const objects = new Set<string>(
    Object.values(published?.instances ?? {}).flatMap(({ outputs }) =>
      Object.values(outputs).map(({ digest }) => digest)
    ),
  );
  const days = Number(parsed.one("days") ?? 30);
  const old = findOld(transport.path, days, kept, objects);
  const size = old.reduce((sum, one) => sum + one.size, 0);
  const dry = parsed.has("dry-run");
  out(
    old.length === 0
      ? "nothing to remove\n"
      : `${dry ? "would remove" : outStyle.green("removes")} ${bytes(size)}: ${
        counted(old.length, "file")
      } that nobody used for ${counted(days, "day")}\n`,
  );
  if (!dry) removeOld(old);
}

/** Makes a pair of keys: the private half for a file, the public one for the configuration. */
async function makeKey({ out, err, style }: Console): Promise<number> {
  const { newKey } = await import("../../cache/signature.ts");
  const { secret, key } = await newKey();
  // The secret alone goes where `>` leads.
  out(secret + "\n");
  err(
    `${
      style.bold("accept")
    } = ["${key} NAME"]    # for [cache] in the configuration\n` +
      "the line on standard output is the private key: keep it in a file of mode 600 (cache.key_file)\n" +
      "  (umask 077; deno task --quiet cache key > ~/.config/facsimile/key)\n",
  );
  return 0;
}

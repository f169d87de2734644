/** `clean`: removes what no kept run needs, and says first how much that is. */
import { join } from "node:path";
import type { Parsed } from "../arguments.ts";
import {
  findWaste,
  type Needed,
  removeWaste,
  type Waste,
  wasteAt,
} from "../../history/garbage.ts";
import type { Console } from "../console.ts";
import { Failed, unwrap } from "../../failure.ts";
import { occupy } from "../../store/lease.ts";
import { Plan } from "../../plan/plan.ts";
import { open, type Opened } from "../../plan/open.ts";
import type { Project } from "../../project/project.ts";
import { LOCK, readPublished } from "../../published/lock.ts";
import { bytes, counted } from "../../text/quantity.ts";

/** The command `clean`. */
export default async function cleanCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out }: Console,
): Promise<number> {
  const folder = join(project.root, ".store");
  using alone = occupy(folder);
  if (alone.kind !== "in") {
    throw new Failed({
      kind: "store-busy",
      what: "Cannot clean the store",
      seen: alone.kind === "busy"
        ? "a run uses it just now"
        : "it cannot be written",
      hint: alone.kind === "busy"
        ? "wait until the run has ended"
        : `make ${folder} writable for this user`,
    });
  }
  // What the plain configuration needs is not to be guessed: one that cannot be
  // read ends this here.
  const opened = unwrap(await open(project, { set: [] }));
  opened.artifacts.check();
  const waste = [
    ...findWaste(
      opened.store,
      Number(parsed.one("keep") ?? 10),
      needed(opened),
    ),
    ...opened.artifacts.leftovers().map((path) => wasteAt("former", path)),
  ];
  const dry = parsed.has("dry-run");
  const size = waste.reduce((sum, one) => sum + one.size, 0);
  if (waste.length === 0) out("nothing to remove\n");
  else {
    out(
      `${dry ? "would remove" : "removes"} ${bytes(size)}: ${summary(waste)}\n`,
    );
    if (!dry) removeWaste(waste);
  }
  return 0;
}

/** What the published run, the plain configuration and the artifacts were made from. */
function needed({ root, graph, world, artifacts }: Opened): Needed {
  const published = unwrap(readPublished(join(root, LOCK)));
  const plain = new Plan(graph, world);
  const here = artifacts.report();
  return {
    fingerprints: [
      ...Object.values(published?.instances ?? {}).map((one) =>
        one.fingerprint
      ),
      ...Array.from(
        plain.decided.values(),
        ({ fingerprint }) => fingerprint,
      ).filter((fingerprint) => fingerprint !== undefined),
      ...Object.values(here?.instances ?? {})
        .flatMap(({ fingerprint }) => fingerprint ?? []),
    ],
    objects: [
      ...Object.values(here?.artifacts ?? {}),
      ...Object.values(here?.earlier ?? {}),
    ].map(({ digest }) => digest),
    run: here?.run.id,
  };
}

function summary(waste: readonly Waste[]): string {
  const counts = new Map<Waste["kind"], number>();
  for (const { kind } of waste) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) =>
    kind === "former" ? "former artifacts" : counted(count, kind)
  ).join(", ");
}

/** `clean`: removes what no kept run needs, and says first how much that is. */
import { join } from "node:path";
import type { Parsed } from "../arguments.ts";
import { findWaste, removeWaste, type Waste } from "../clean.ts";
import type { Console } from "../console.ts";
import { Failed } from "../failure.ts";
import { occupy } from "../lease.ts";
import type { Project } from "../project.ts";
import { bytes, counted } from "../render/quantity.ts";
import { StatCache } from "../stat.ts";
import { Store } from "../store.ts";

/** The command `clean`. */
export function cleanCommand<Config>(
  { root }: Project<Config>,
  parsed: Parsed,
  { out }: Console,
): Promise<number> {
  const folder = join(root, ".store");
  const store = new Store(
    folder,
    StatCache.open(join(folder, "cache", "stat")),
  );
  using alone = occupy(folder);
  if (alone.kind !== "in") {
    throw new Failed({
      kind: "store-busy",
      what: "Clean the store",
      seen: alone.kind === "busy"
        ? "a run uses it just now"
        : "it cannot be written",
      hint: alone.kind === "busy"
        ? "wait until the run has ended"
        : `make ${folder} writable for this user`,
    });
  }
  const waste = findWaste(store, Number(parsed.one("keep") ?? 10));
  const dry = parsed.has("dry-run");
  const size = waste.reduce((sum, one) => sum + one.size, 0);
  if (waste.length === 0) out("nothing to remove\n");
  else {
    out(
      `${dry ? "would remove" : "removes"} ${bytes(size)}: ${summary(waste)}\n`,
    );
    if (!dry) removeWaste(waste);
  }
  return Promise.resolve(0);
}

function summary(waste: readonly Waste[]): string {
  const counts = new Map<Waste["kind"], number>();
  for (const { kind } of waste) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => counted(count, kind)).join(", ");
}

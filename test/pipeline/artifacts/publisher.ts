/**
 * A puppet: publishes editions of three files into `artifacts/` of a folder, one
 * after the other, as a run does at its end. One file is the same in all of them.
 *
 *   publisher.ts <root> <edition>…      `+` after the last: again and again
 */
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { Artifacts } from "../../../pipeline/artifacts/artifacts.ts";
import { type Digest, digestBytes } from "../../../pipeline/store/digest.ts";
import { StatCache } from "../../../pipeline/store/stat.ts";
import { Store } from "../../../pipeline/store/store.ts";

const [root = "", ...words] = Deno.args;
const endless = words.at(-1) === "+";
const editions = endless ? words.slice(0, -1) : words;
const folder = join(root, ".store");
const stat = StatCache.open(join(folder, "cache", "stat"));
const store = new Store(folder, stat);
const artifacts = new Artifacts(join(root, "artifacts"), store, stat);
const signal = new AbortController().signal;

mkdirSync(store.objects, { recursive: true });
do {
  for (const edition of editions) {
    const texts = {
      "one.txt": `${edition} one\n`.repeat(5000),
      "deep/two.txt": `${edition} two\n`,
      "deep/same.txt": "same\n",
    };
    const reached = new Map<string, Digest>();
    const kept: Record<string, unknown> = {};
    for (const [path, text] of Object.entries(texts)) {
      const digest = digestBytes(text);
      writeFileSync(store.object(digest), text);
      reached.set(path, digest);
      kept[path] = { digest, size: text.length, instance: "x", output: "x" };
    }
    using mine = await artifacts.turn(signal);
    if (!mine) throw new Error("no turn");
    const wanted = { reached, complete: true };
    artifacts.replace(
      wanted,
      artifacts.difference(wanted, artifacts.report()),
      JSON.stringify({
        run: {
          id: edition,
          started: "",
          seconds: 0,
          success: true,
          arguments: [],
        },
        machine: {},
        experiment: {},
        instances: {},
        configuration: { settings: [], targets: [], digest: "0".repeat(64) },
        artifacts: kept,
      }),
    );
  }
} while (endless);

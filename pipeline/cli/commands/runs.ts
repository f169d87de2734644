/** `runs`: the history of runs that changed something, and what is said of them. */
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { type Entry, openStore, readEntry } from "../entry.ts";
import { exportEvents } from "../export.ts";
import { Failed, unwrap } from "../../failure.ts";
import { mark, readMarks, TAG } from "../../history/marks.ts";
import { findRun, runIds } from "../../history/runs.ts";
import {
  askedColumns,
  columnsOf,
  filtered,
  sorted,
  valueOf,
} from "../../history/values.ts";
import type { Project } from "../../project/project.ts";
import { type Asked, runsLines } from "../../render/runs.ts";
import type { Json } from "../../stage/json.ts";
import type { Store } from "../../store/store.ts";
import { counted } from "../../text/quantity.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `runs`, and what it does to a run: `tag`, `untag`, `note`, `export`. */
export default function runsCommand<Config>(
  { root, pipeline }: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const store = openStore(root);
  const [action, ...words] = parsed.operands;
  if (action === undefined) show(store, pipeline, parsed, console);
  else if (action === "export") give(store, pipeline, words, parsed, console);
  else say(store, action, words, console);
  return Promise.resolve(0);
}

/** The runs that are asked for, the newest first unless they are sorted. */
function selected(
  store: Store,
  pipeline: Project<never>["pipeline"],
  parsed: Parsed,
): Entry[] {
  const last = Number(parsed.one("last") ?? 20);
  const ids = runIds(store).toReversed();
  const conditions = parsed.all("filter");
  // Without a condition no report is read that is not shown.
  let rows = (conditions.length > 0 ? ids : ids.slice(0, last))
    .flatMap((id) => readEntry(id, store, pipeline) ?? []);
  for (const condition of conditions) {
    rows = unwrap(filtered(rows, condition));
  }
  rows = rows.slice(0, last);
  const by = parsed.one("sort");
  return by !== undefined && rows.length > 0 ? unwrap(sorted(rows, by)) : rows;
}

function show(
  store: Store,
  pipeline: Project<never>["pipeline"],
  parsed: Parsed,
  { out, outStyle, columns }: Console,
): void {
  const rows = selected(store, pipeline, parsed);
  const chosen = parsed.all("columns").flatMap((words) => words.split(","))
    .filter((word) => word !== "");
  const asked = (chosen.length > 0 ? chosen : pipeline.headline ?? [])
    .flatMap((word): Asked[] => {
      const found = chosen.length > 0 && rows.length > 0
        ? unwrap(askedColumns("columns", word, rows))
        : columnsOf(word, rows);
      return found.length === 0 ? [] : [{
        word,
        names: found.map(({ path }) => path),
        cells: rows.map((one) => found.map((column) => valueOf(one, column))),
      }];
    });
  if (parsed.has("json")) {
    out(jsonLine(rows.map(({ values: _, ...row }, at) => ({
      ...row,
      values: Object.fromEntries(
        asked.flatMap(({ names, cells }) =>
          names.flatMap((name, column): [string, Json][] => {
            const value = cells[at]?.[column];
            return value === undefined ? [] : [[name.join("."), value]];
          })
        ),
      ),
    }))));
  } else {
    const lines = runsLines(
      rows,
      columns(),
      outStyle,
      asked,
      chosen.length > 0,
    );
    out(lines.join("\n") + "\n");
  }
}

/** Writes runs for another program: those that are named, or that the options choose. */
function give(
  store: Store,
  pipeline: Project<never>["pipeline"],
  names: readonly string[],
  parsed: Parsed,
  { out, err }: Console,
): void {
  const folder = parsed.one("tensorboard");
  if (folder === undefined) {
    throw new Failed({
      kind: "usage",
      what: "Cannot export runs",
      seen: "it is not said where to and for which program",
      hint: "use --tensorboard FOLDER",
    });
  }
  const ids = names.length > 0
    ? names.map((name) => unwrap(findRun(name, store)))
    : selected(store, pipeline, parsed).map(({ id }) => id);
  const { runs, files, without } = exportEvents(
    ids,
    folder,
    store,
    pipeline.metrics,
  );
  if (without.length > 0) {
    err(`without measures, and left out: ${without.join(", ")}\n`);
  }
  out(
    `${counted(runs, "run")} in ${counted(files, "file")}; look at them with ` +
      `tensorboard --logdir ${JSON.stringify(folder)}\n`,
  );
}

/** Gives a run a word or a note, or takes it away. */
function say(
  store: Store,
  action: string,
  [name, ...words]: readonly string[],
  { out }: Console,
): void {
  const wrong = (seen: string) =>
    new Failed({
      kind: "usage",
      what: `Cannot do "${action}" with a run`,
      seen,
      hint: "use tag RUN WORD, untag RUN WORD, note RUN TEXT or export",
    });
  if (!["tag", "untag", "note"].includes(action)) {
    throw wrong("there is no such action");
  }
  if (name === undefined) throw wrong("its RUN is missing");
  if (action !== "note" && words.length === 0) {
    throw wrong("its WORD is missing");
  }
  const id = unwrap(findRun(name, store));
  mark(store, id, ({ tags, note }) => {
    switch (action) {
      case "tag":
        return { tags: [...tags, ...words.map(tagOf)], note };
      case "untag":
        return { tags: tags.filter((tag) => !words.includes(tag)), note };
      default:
        return { tags, note: words.join(" ") };
    }
  });
  const { tags, note } = readMarks(store, id);
  const said = [...tags.map((tag) => `#${tag}`), ...(note ? [note] : [])];
  out(`${id}  ${said.join("  ") || "no word and no note"}\n`);
}

/** What `reproduce` was told to say of its run, if there was one. */
export function markRun(
  root: string,
  run: string | undefined,
  parsed: Parsed,
  { err }: Console,
): void {
  if (run === undefined) {
    err(
      "nothing ran, so there is no run to mark; " +
        "deno task runs tag|note last … marks the newest\n",
    );
    return;
  }
  mark(openStore(root), run, ({ tags, note }) => ({
    tags: [...tags, ...parsed.all("tag")],
    note: parsed.one("note") ?? note,
  }));
}

/** A word that may mark a run. */
export function tagOf(word: string): string {
  if (TAG.test(word) && !/^last(~\d+)?$/.test(word)) return word;
  throw new Failed({
    kind: "usage",
    what: `Cannot mark a run with ${JSON.stringify(word)}`,
    seen: word === "last"
      ? "that is the name of the newest run"
      : "a word has at most 40 letters, digits, dots, hyphens and underscores",
    hint: "use another word, or a note for a sentence",
  });
}

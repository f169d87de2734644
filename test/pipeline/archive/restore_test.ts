/** `restore`: an archive's results beside one's own, and never in their place. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inspect, openArchive } from "../../../pipeline/archive/inspection.ts";
import {
  importResults,
  type Restored,
} from "../../../pipeline/archive/import.ts";
import { parseArguments } from "../../../pipeline/cli/arguments.ts";
import restoreCommand from "../../../pipeline/cli/commands/restore.ts";
import type { Console } from "../../../pipeline/cli/console.ts";
import { type Digest, digestBytes } from "../../../pipeline/store/digest.ts";
import { Failed, unwrap } from "../../../pipeline/failure.ts";
import { occupy, take } from "../../../pipeline/store/lease.ts";
import { Plan } from "../../../pipeline/plan/plan.ts";
import type { Event } from "../../../pipeline/run/event.ts";
import { announce } from "../../../pipeline/run/run.ts";
import { style } from "../../../pipeline/text/style.ts";
import { planLines } from "../../../pipeline/render/plan.ts";
import { summary } from "../../../pipeline/render/summary.ts";
import { whyLines } from "../../../pipeline/render/why.ts";
import { CONFIG, judge, Paper } from "./fixture.ts";

/** A paper whose picture nobody drew: its record says that its stage made it. */
const forged = await (async () => {
  const paper = await Paper.write(CONFIG, "forger-");
  await paper.run();
  const { store } = await paper.open();
  const record = store.latest("figures", "figures")!;
  const path = join(paper.root, "forged.svg");
  writeFileSync(path, "<svg>forged</svg>\n");
  store.write("figures", { ...record, outputs: { svg: store.keep(path) } });
  await paper.run();
  await paper.publish();
  const { path: zip, root } = unwrap(await paper.archive());
  return { paper, zip, root: root as Digest };
})();
globalThis.addEventListener(
  "unload",
  () => rmSync(forged.paper.root, { recursive: true, force: true }),
);

async function restoreInto(paper: Paper): Promise<Restored> {
  const { store } = await paper.open();
  using container = openArchive(forged.zip)!;
  return importResults(container, store, forged.root);
}

const picture = (paper: Paper) =>
  readFileSync(join(paper.root, "artifacts/figures/losses.svg"), "utf8");

Deno.test("a forged archive is consistent: nothing in it can tell", () => {
  deepEqual(
    inspect(forged.zip, judge, 2).levels.map(({ answer }) => answer),
    ["yes", "yes", "yes"],
  );
  equal(picture(forged.paper), "<svg>forged</svg>\n");
});

Deno.test("importResults() leaves the results that were made here", async () => {
  await using paper = await Paper.write(CONFIG, "own-");
  await paper.run();
  const honest = picture(paper);
  const { instances, own } = await restoreInto(paper);
  deepEqual(instances, []);
  deepEqual(own.map(({ instance, differs }) => [instance, differs]), [
    ["train[lr=0.1]", false],
    ["train[lr=0.01]", false],
    ["claims", false],
    ["figures", true],
  ]);
  rmSync(join(paper.root, "artifacts"), { recursive: true });
  const { counts, origins } = await paper.run();
  equal(counts.built, 0);
  equal(origins, undefined);
  equal(picture(paper), honest);
});

Deno.test("importResults() brings back a content of one's own that was lost", async () => {
  await using paper = await Paper.write(CONFIG, "lost-");
  await paper.run();
  const { store } = await paper.open();
  const { outputs } = store.latest("train", "train[lr=0.1]")!;
  const object = store.object(outputs.weights!.digest);
  rmSync(object);
  await restoreInto(paper);
  equal(existsSync(object), true);
  const { counts, origins } = await paper.run();
  deepEqual([counts.built, origins], [0, undefined]);
});

Deno.test("importResults() leaves alone what a run is at", async () => {
  await using paper = await Paper.write(CONFIG, "leased-");
  const theirs = await forged.paper.open();
  const { fingerprint } = theirs.store.latest("figures", "figures")!;
  const { store } = await paper.open();
  using lease = take(join(store.folder, "leases"), fingerprint);
  equal(lease.kind, "held");
  const { instances, own } = await restoreInto(paper);
  deepEqual(instances, ["train[lr=0.1]", "train[lr=0.01]", "claims"]);
  deepEqual(own, [{ instance: "figures", differs: false }]);
  equal(store.record("figures", fingerprint), undefined);
});

Deno.test("a restored result says from which archive it is, until it is made here", async () => {
  await using paper = await Paper.write(CONFIG, "reader-");
  await restoreInto(paper);
  const first = await paper.run();
  deepEqual(first.origins, [{ archive: forged.root, instances: 4 }]);
  const text = summary([first], 100, style(false)).join("\n");
  match(
    text,
    new RegExp(
      `^4 results are from the archive ${
        forged.root.slice(0, 12)
      }…, not made here$`,
      "m",
    ),
  );
  // Also where nothing is to be done: that is when numbers are taken on trust.
  const second = await paper.run();
  equal(second.counts.reused, 5);
  deepEqual(second.origins, first.origins);

  const { store, graph, world } = await paper.open();
  const told: Event[] = [];
  announce(
    new Plan(graph, world),
    { cpus: 1, shares: false },
    (event) => told.push(event),
  );
  const [plan] = told;
  if (plan?.kind !== "planned") throw new Error("no plan was told");
  match(
    planLines(plan, style(false), { all: false }).join("\n"),
    /^4 results are from the archive [0-9a-f]{12}…, not made here$/m,
  );
  const last = store.latest("figures", "figures")!;
  const why = whyLines({
    instance: "figures",
    decision: { kind: "reuse" },
    facts: last.facts,
    pending: [],
    nearest: { ...last, older: false },
  }, style(false)).join("\n");
  match(why, new RegExp(`not made here: from the archive ${forged.root}`));

  await paper.run(["figures"]);
  equal(picture(paper) === "<svg>forged</svg>\n", false);
  const own = await paper.run();
  deepEqual(own.origins, [{ archive: forged.root, instances: 3 }]);
});

/** Runs the command; returns its exit code, what it printed and what it asked. */
async function command(
  paper: Paper,
  options: readonly string[],
  answer: boolean,
): Promise<{ code: number; text: string; asked: number }> {
  const given = unwrap(parseArguments(["restore", forged.zip, ...options]));
  if (given.kind !== "run") throw new Error("it asked for help");
  let text = "";
  let asked = 0;
  const console: Console = {
    out: (part) => void (text += part),
    err: (part) => void (text += part),
    style: style(false),
    outStyle: style(false),
    terminal: false,
    columns: () => 100,
    trouble: () => undefined,
  };
  const code = await restoreCommand(
    paper.project,
    given.parsed,
    console,
    () => (asked++, answer),
  );
  return { code, text, asked };
}

Deno.test("restore shows the root digest, and asks unless the run is the published one", async () => {
  await using paper = await Paper.write(CONFIG, "asked-");
  const { store } = await paper.open();
  const refused = await command(paper, [], false);
  deepEqual([refused.code, refused.asked], [1, 1]);
  match(refused.text, new RegExp(forged.root));
  match(refused.text, /not the published one[^]*nothing was restored/);
  equal(existsSync(store.records), false);

  await rejects(
    command(paper, ["--root-digest", "0".repeat(64)], true),
    (error) =>
      error instanceof Failed && error.failure.kind === "other-archive",
  );
  equal(existsSync(store.records), false);

  {
    using _ = occupy(store.folder);
    await rejects(
      command(paper, ["--yes"], true),
      (error) => error instanceof Failed && error.failure.kind === "store-busy",
    );
  }
  for (const options of [["--root-digest", forged.root], ["--yes"]]) {
    const { code, asked } = await command(paper, options, false);
    deepEqual([code, asked], [0, 0]);
  }
  deepEqual(store.latest("figures", "figures")?.from, { archive: forged.root });

  await using colleague = await Paper.write(CONFIG, "colleague-");
  writeFileSync(
    join(colleague.root, "results.lock.json"),
    readFileSync(join(forged.paper.root, "results.lock.json")),
  );
  const { code, asked, text } = await command(colleague, [], false);
  deepEqual([code, asked], [0, 0]);
  match(text, /is the published one[^]*restored: 4 instances/);
});

Deno.test("an archive behind an address is fetched, checked, and gone again", async (t) => {
  const bytes = readFileSync(forged.zip);
  const digest = digestBytes(bytes);
  let answer: (path: string) => Response = () => new Response(bytes);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(new URL(request.url).pathname),
  );
  const url = `http://127.0.0.1:${server.addr.port}/paper.zip`;
  await using paper = await Paper.write(CONFIG, "reader-");
  const restore = async (...more: string[]) => {
    const parsed = unwrap(parseArguments(["restore", ...more]));
    if (parsed.kind !== "run") throw new Error("help");
    let said = "";
    const console: Console = {
      out: (text) => void (said += text),
      err: () => {},
      style: style(false),
      outStyle: style(false),
      terminal: false,
      columns: () => 100,
      trouble: () => undefined,
    };
    try {
      const code = await restoreCommand(
        paper.project,
        parsed.parsed,
        console,
        () => true,
      );
      return `${code} ${said}`;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      return error.failure.seen ?? "";
    }
  };
  const left = () => readdirSync(join(paper.root, ".store", "work"));

  await t.step(
    "what was fetched is refused if it is another file than was meant",
    async () => {
      match(
        await restore(url, "--sha256", "0".repeat(64)),
        /^its SHA-256 is [0-9a-f]{64}$/,
      );
      deepEqual(left(), []);
    },
  );
  await t.step("an error, and a circle of addresses", async () => {
    answer = () => new Response("", { status: 404 });
    match(await restore(url), /^the server answers with status 404$/);
    answer = (path) =>
      Response.redirect(`http://127.0.0.1:${server.addr.port}${path}x`);
    match(
      await restore(url),
      /^the server sends from one address to the next$/,
    );
    answer = () => Response.redirect("http://198.51.100.1/paper.zip");
    match(await restore(url), /^only https and this machine are asked$/);
    match(
      await restore("http://198.51.100.1/paper.zip"),
      /^only https and this machine are asked$/,
    );
  });
  await t.step("what is cut off is no archive", async () => {
    answer = () => new Response(bytes.subarray(0, bytes.length / 2));
    match(await restore(url), /^1 level 0 .*/);
    deepEqual(left(), []);
  });
  await t.step("the archive, also from where it was sent on to", async () => {
    answer = (path) =>
      path === "/paper.zip"
        ? Response.redirect(url.replace("paper", "there"))
        : new Response(bytes);
    match(
      await restore(url, "--sha256", digest),
      /^0 [\s\S]*restored: \d+ instances/,
    );
    deepEqual(left(), []);
    const { store } = await paper.open();
    deepEqual(store.latest("figures", "figures")?.from, {
      archive: forged.root,
    });
  });
});

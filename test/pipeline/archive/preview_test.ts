/** The page of an archive, and the pictures on it. */
import { deepEqual, equal, match } from "node:assert/strict";
import { picturesOf } from "../../../pipeline/archive/pictures.ts";
import { openZip } from "../../../pipeline/archive/zip/zip.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import type { Lock } from "../../../pipeline/published/lock.ts";
import { Paper } from "./fixture.ts";
import { edit } from "./tampering.ts";

/** An archive whose picture says what it is: its page, its README, its names. */
async function archived() {
  await using paper = await Paper.write();
  edit(
    `${paper.root}/stages/figures.ts`,
    '"<svg>"',
    `'<svg width="84mm" height="1mm"><title id="t">Losses &amp; rates</title>` +
      `<desc>Two numbers, 1 &lt; 2 | "small".</desc>'`,
  );
  await paper.run();
  await paper.publish();
  const { path } = unwrap(await paper.archive({ page: "metrics.json" }));
  using container = openZip(path);
  const text = (name: string) => new TextDecoder().decode(container.read(name));
  return {
    page: text("ro-crate-preview.html"),
    readme: text("README.md"),
    names: new Set(container.members.map(({ name }) => name)),
  };
}

const { page, readme, names } = await archived();

Deno.test("the page says first whether it holds, where to read on, and how to check it", () => {
  deepEqual(
    Array.from(page.matchAll(/<h[12][^>]*>([^<]*)</g), ([, title]) => title),
    [
      "A small paper",
      "1 of 1 claim holds",
      "How to verify",
      "Pictures",
      "How it was made",
      "Files",
    ],
  );
  match(page, /<nav[^>]*>\n<a href="results\/metrics.json">Report<\/a>/);
  match(page, /<li class="holds">\n<p class="verdict">.*✓.* holds<\/p>/);
  match(page, /<code>node verify\.mjs \.<\/code>/);
});

Deno.test("the page's pictures have their own words and their own size", () => {
  const words = "Two numbers, 1 &lt; 2 | &quot;small&quot;.";
  match(
    page,
    new RegExp(
      `<img src="results/figures/losses.svg" alt="${
        words.replace("|", "\\|")
      }"` +
        ` loading="lazy" width="317">`,
    ),
  );
  match(page, /<strong>Losses &amp; rates\.<\/strong> Two numbers/);
});

Deno.test("the page has landmarks, no script, and leads to nothing that is not in the archive", () => {
  for (const mark of ["header", "nav", "main", "footer"]) {
    equal(page.split(`<${mark}`).length, 2, mark);
  }
  equal(/<script|\son\w+=/.test(page), false);
  const ids = Array.from(page.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);
  deepEqual(ids, [...new Set(ids)]);
  const targets = Array.from(
    page.matchAll(/\s(?:href|src)="([^"]+)"/g),
    ([, target = ""]) => target,
  );
  for (const target of targets) {
    if (target.startsWith("#")) equal(ids.includes(target.slice(1)), true);
    else if (!target.startsWith("https:")) {
      equal(names.has(decodeURIComponent(target)), true, target);
    }
  }
  // Every file but the page itself, the manifest and the crate's digest of all.
  const rows = page.split("<tr><td>").length - 1;
  equal(rows, names.size - 3);
  equal(page.includes("<details open"), false);
});

Deno.test("an archive's README has its claims in a table", () => {
  match(
    readme,
    /\n\| verdict \| claim \| numbers \|\n\|---\|---\|---\|\n\| ✓ \*holds\* \| \*\*small\*\*: The loss of the small rate is below 0\.5\. \| loss [\d.]+ \|\n\n/,
  );
});

Deno.test("picturesOf() shows each picture once, in the order of the run", () => {
  const artifact = (instance: string) => ({ instance });
  const run = {
    instances: { late: {}, early: {} },
    artifacts: {
      "a.svg": artifact("early"),
      "a.png": artifact("early"),
      "b.svg": artifact("late"),
      "c.png": artifact("late"),
      "d.json": artifact("late"),
    },
  } as unknown as Lock;
  const read = (path: string) =>
    path === "a.svg"
      ? '<svg height="2" width="100.4"><desc>It\n is.</desc>'
      : "<svg>";
  deepEqual(picturesOf(run, read), [
    { path: "b.svg", title: "b.svg", description: "" },
    { path: "c.png", title: "c.png", description: "" },
    { path: "a.svg", title: "a.svg", description: "It\n is.", width: 100 },
  ]);
});

/** Pages of many networks, and charts of losses that no default shows. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { middles } from "../../../stages/report/client/compared.js";
import { skip } from "../../rig/skip.ts";
import { findChromium, launch, visit } from "./browser.ts";
import { fixture, type Options } from "./fixture.ts";

const missing = findChromium() === undefined;
if (missing) {
  skip("the report's page of many networks", "Chromium is not installed");
}

/** So many learning rates, from 1e-4 on. */
const rates = (count: number) =>
  Array.from({ length: count }, (_, n) => Number(`${n + 1}e-4`));

const seeds = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Opens the page of an experiment; it closes at the end of the block. */
async function open(options: Options, width = 1024) {
  const made = await fixture(options);
  const path = `${made.folder}/report.html`;
  await Deno.writeFile(path, await made.render());
  const browser = await launch();
  const seen = await visit(browser, path, { width });
  return {
    ...seen,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await made[Symbol.asyncDispose]();
    },
  };
}

const column = (page: Page, place: number) =>
  page.locator(`table.sortable tbody tr:visible > :nth-child(${place})`)
    .allInnerTexts();

Deno.test("report() stays below 3 MB with 300 networks, of many rates or of many seeds", async () => {
  for (const [count, each] of [[100, 3], [10, 30]] as const) {
    await using made = await fixture({
      rates: rates(count),
      seeds: seeds(each),
      steps: 8600,
    });
    const { length } = await made.render();
    assert(length < 3_000_000, `${count} × ${each}: ${length} bytes`);
  }
});

Deno.test({
  name: "the report's page of many networks",
  ignore: missing,
  // Chromium's pipes close after the test's own end.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    await t.step("sorts its table, filters it and marks the best", async () => {
      await using seen = await open({ rates: rates(30) });
      const { page } = seen;
      assert.deepEqual(
        await column(page, 1),
        rates(30).map(String),
        "as the experiment has them",
      );
      assert.equal(
        await page.locator("table.sortable td:nth-child(2) strong").innerText(),
        "0.00002000",
      );
      await page.click("table.sortable th:nth-child(2) button");
      await page.click("table.sortable th:nth-child(2) button");
      assert.deepEqual((await column(page, 1)).slice(0, 2), [
        "0.003",
        "0.0029",
      ]);
      assert.equal(
        await page.locator("table.sortable th:nth-child(2)").getAttribute(
          "aria-sort",
        ),
        "descending",
      );
      await page.fill(".filter input", "0.0025");
      assert.deepEqual(await column(page, 1), ["0.0025"]);
      assert.equal(
        await page.locator(".filter + output").innerText(),
        "1 of 30 rows",
      );
      assert.deepEqual(seen.complaints, []);
    });

    await t.step(
      "brings out the line whose row is pointed at or has the focus",
      async () => {
        await using seen = await open({ rates: rates(30) });
        const { page } = seen;
        const drawing = () =>
          page.locator("#chart canvas").evaluate((
            canvas: { toDataURL(): string },
          ) => canvas.toDataURL());
        const all = await drawing();
        const row = page.locator("#legend tbody tr").nth(5);
        await row.scrollIntoViewIfNeeded();
        await row.hover();
        const one = await drawing();
        assert.notEqual(one, all);
        await page.mouse.move(0, 0);
        assert.equal(await drawing(), all);
        await row.locator("input").focus();
        assert.equal(await drawing(), one);
        assert.deepEqual(seen.complaints, []);
      },
    );

    await t.step(
      "is usable at the width of a phone, and shows some of them",
      async () => {
        await using seen = await open(
          { rates: rates(100), seeds: seeds(3) },
          390,
        );
        const { page } = seen;
        assert.equal(
          await page.evaluate("document.documentElement.scrollWidth"),
          390,
        );
        assert.equal(await page.locator("#outputs .card").count(), 12);
        assert.match(
          await page.locator("#living figcaption").innerText(),
          /12 of 100 are shown, among them that of the least error\./,
        );
        const tall = await page.evaluate(
          "document.documentElement.scrollHeight",
        );
        assert(Number(tall) < 20_000, `${tall} pixels high`);
        assert.deepEqual(seen.complaints, []);
      },
    );

    await t.step(
      "has no band over data of which the paper says nothing",
      async () => {
        await using seen = await open({ standIn: true });
        assert.deepEqual(seen.complaints, []);
        assert.doesNotMatch(
          await seen.page.locator("#curves figcaption").innerText(),
          /Grey/,
        );
      },
    );

    await t.step(
      "draws any losses: the marks of their axis have an end",
      async () => {
        // Of an axis from 0.0097 on uPlot's own marks go on forever.
        await using seen = await open({ rates: [0.01], least: 0.0064 });
        assert.deepEqual(seen.complaints, []);
        assert.equal(
          await seen.page.locator("#chart canvas").count(),
          1,
        );
      },
    );
  },
});

Deno.test("the mean of an epoch stands at the epoch's middle", () => {
  assert.deepEqual(middles({ x: [1, 2, 5] }), [0.5, 1.5, 4.5]);
});

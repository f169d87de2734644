import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import axe, { type AxeResults } from "axe-core";
import { HtmlValidate } from "html-validate";
import type { Page } from "playwright-core";
import { findChromium, launch, visit } from "./browser.ts";
import { fixture, RATES, reference } from "./fixture.ts";
import { skip } from "../../rig/skip.ts";

/** What the page lends to the console. */
interface Facsimile {
  chart(): {
    x: { min: number; max: number };
    y: { min: number; max: number };
    scale: string;
    shown: string[];
  };
  reconstruct(name: string, grey: readonly number[]): Float32Array;
}
declare const facsimile: Facsimile;
declare const document: {
  // deno-lint-ignore no-explicit-any -- the browser's, whose types are not ours
  [name: string]: any;
};
declare function getComputedStyle(element: unknown): {
  color: string;
  backgroundColor: string;
};

const missing = findChromium() === undefined;
if (missing) {
  skip("the report's page", "Chromium is not installed");
}

const chart = (page: Page) => page.evaluate(() => facsimile.chart());

/** Every grey value of a canvas, one number a pixel. */
const pixels = (page: Page, selector: string) =>
  page.locator(selector).evaluate((canvas: {
    width: number;
    height: number;
    getContext(kind: "2d"): {
      getImageData(x: number, y: number, w: number, h: number): {
        data: Uint8ClampedArray;
      };
    };
  }) =>
    [
      ...canvas.getContext("2d").getImageData(
        0,
        0,
        canvas.width,
        canvas.height,
      ).data,
    ].filter((_, at) => at % 4 === 0)
  );

/** The chart as it is drawn now. */
const drawing = (page: Page) =>
  page.locator("#chart canvas").evaluate((canvas: { toDataURL(): string }) =>
    canvas.toDataURL()
  );

Deno.test({
  name: "the report's page",
  ignore: missing,
  // Chromium's pipes close after the test's own end.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    await using made = await fixture();
    const path = `${made.folder}/report.html`;
    await Deno.writeFile(path, await made.render());
    const browser = await launch();
    try {
      await t.step(
        "asks for nothing but itself, and complains of nothing",
        async () => {
          await using seen = await visit(browser, path);
          await seen.page.waitForFunction("globalThis.facsimile");
          assert.deepEqual(seen.requests, [`file://${path}`]);
          assert.deepEqual(seen.complaints, []);
          assert.equal(
            await seen.page.title(),
            "</script><b>A test</b>: reproduction report",
          );
        },
      );

      await t.step(
        "may ask for nothing: its policy refuses what it does not name",
        async () => {
          await using seen = await visit(browser, path);
          await seen.page.evaluate(() => {
            const script = document.createElement("script");
            script.textContent = "globalThis.intruder = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://example.org/x.png";
            document.body.append(image);
          });
          assert.equal(
            await seen.page.evaluate("globalThis.intruder"),
            undefined,
          );
          assert.equal(
            seen.complaints.filter((text) => /Content Security/.test(text))
              .length,
            2,
          );
        },
      );

      await t.step(
        "zooms by dragging, and back by a double click",
        async () => {
          await using seen = await visit(browser, path);
          const { page } = seen;
          const before = await chart(page);
          const area = page.locator(".u-over");
          await area.scrollIntoViewIfNeeded();
          const box = await area.boundingBox();
          assert(box);
          const y = box.y + box.height / 2;
          await page.mouse.move(box.x + box.width * 0.25, y);
          await page.mouse.down();
          await page.mouse.move(box.x + box.width * 0.75, y, { steps: 5 });
          await page.mouse.up();
          const zoomed = await chart(page);
          assert(zoomed.x.min > before.x.min + 0.5, "left edge");
          assert(zoomed.x.max < before.x.max - 0.5, "right edge");
          await page.click("#scale-linear");
          const linear = await chart(page);
          assert.deepEqual(
            linear.x,
            zoomed.x,
            "a change of scale keeps the zoom",
          );
          assert.equal(linear.scale, "linear");
          assert.equal(linear.y.min, 0, "linear begins at zero");
          await area.dblclick();
          assert.deepEqual((await chart(page)).x, before.x);
          await page.click("#scale-log");
          assert((await chart(page)).y.min > 0);
        },
      );

      await t.step("zooms and reads values with the keyboard", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const before = await chart(page);
        await page.focus("#chart");
        await page.keyboard.press("ArrowRight");
        assert.match(
          await page.locator("#readout").innerText(),
          /^Values at epoch 0\.\d+/,
        );
        await page.keyboard.press("+");
        assert((await chart(page)).x.max < before.x.max);
        await page.keyboard.press("0");
        assert.deepEqual((await chart(page)).x, before.x);
      });

      await t.step("hides and shows a learning rate", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const before = await drawing(page);
        await page.locator("#legend input").first().uncheck();
        assert.deepEqual((await chart(page)).shown, ["0.01"]);
        assert.notEqual(await drawing(page), before);
        await page.locator("#legend input").first().check();
        assert.deepEqual((await chart(page)).shown, ["0.1", "0.01"]);
      });

      await t.step("shows how far each reconstruction is off", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const rows = await page.locator("#tiles .row .rate").allInnerTexts();
        assert.deepEqual(rows, [
          "Original",
          "Learning rate 0.1",
          "Error",
          "Learning rate 0.01",
          "Error",
        ]);
        // Dark where nothing differs, yellow where half the range of greys does.
        const original = await pixels(
          page,
          ".row:nth-child(1) canvas >> nth=0",
        );
        const output = await pixels(page, ".row:nth-child(2) canvas >> nth=0");
        const error = await pixels(page, ".row:nth-child(3) canvas >> nth=0");
        original.forEach((grey, at) => {
          const apart = Math.abs(grey - output[at]!);
          if (apart === 0) assert.equal(error[at], 68);
          if (apart >= 128) assert.equal(error[at], 253);
        });
        assert(new Set(error).size > 2);
      });

      await t.step("lays another run over the curves", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        await page.setInputFiles("#compare", [
          `${made.folder}/metrics.json`,
        ]);
        await page.waitForFunction(() => facsimile.chart().shown.length === 4);
        assert.equal(
          await page.locator("#legend tbody tr").last().innerText().then(
            (text: string) => text.split("\t")[0]?.trim(),
          ),
          "lr-0.01 (metrics.json)",
        );
        await Deno.writeTextFile(`${made.folder}/other.json`, "[]");
        await page.setInputFiles("#compare", `${made.folder}/other.json`);
        await page.waitForFunction(() =>
          /neither/.test(document.getElementById("readout").textContent)
        );
        assert.deepEqual(seen.complaints, []);
      });

      await t.step("wipes from the original to the output", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const tile = ".row:nth-child(2) .tile:first-child canvas";
        const original = await pixels(
          page,
          ".row:nth-child(1) .tile:first-child canvas",
        );
        const measured = [...made.outputs["lr-0.1"]!.subarray(0, 784)];
        assert.deepEqual(await pixels(page, tile), measured);
        await page.locator("#wipe").fill("0");
        assert.deepEqual(await pixels(page, tile), original);
        await page.locator("#wipe").fill("50");
        assert.deepEqual(
          await pixels(page, tile),
          original.map((grey, at) => at % 28 < 14 ? measured[at] : grey),
        );
      });

      await t.step(
        "draws with the pointer, and every output follows",
        async () => {
          await using seen = await visit(browser, path);
          const { page } = seen;
          await page.click("#clear");
          const outputs = () =>
            Promise.all(
              RATES.map((rate) =>
                pixels(page, `[data-network="lr-${rate}"] .picture`)
              ),
            );
          const before = await outputs();
          assert(
            (await pixels(page, "#pad")).every((grey) => grey === 0),
            "an empty pad",
          );
          const pad = page.locator("#pad");
          await pad.scrollIntoViewIfNeeded();
          const box = await pad.boundingBox();
          assert(box);
          await page.mouse.move(
            box.x + box.width * 0.3,
            box.y + box.height / 2,
          );
          await page.mouse.down();
          await page.mouse.move(
            box.x + box.width * 0.7,
            box.y + box.height / 2,
            { steps: 4 },
          );
          await page.mouse.up();
          await page.waitForFunction(() =>
            /Black/.test(document.getElementById("living-status").textContent)
          );
          const drawn = await pixels(page, "#pad");
          assert.equal(Math.max(...drawn), 255);
          assert(drawn.filter((grey) => grey > 128).length > 20, "a stroke");
          const after = await outputs();
          after.forEach((output, index) =>
            assert.notDeepEqual(output, before[index])
          );
        },
      );

      await t.step("takes a test image by the keyboard", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        await page.click("#clear");
        await page.focus('[data-digit="4"]');
        await page.keyboard.press("Enter");
        assert.equal(
          (await pixels(page, "#pad")).filter((grey) => grey === 220).length,
          11 * 15,
        );
        await page.locator("#noise").fill("0.3");
        assert(new Set(await pixels(page, "#pad")).size > 100, "noise");
      });

      await t.step(
        "computes what onnxruntime-web computes, within 1e-5",
        async () => {
          await using seen = await visit(browser, path);
          for (const [name, onnx] of Object.entries(made.models)) {
            const image = Float32Array.from(
              { length: 784 },
              (_, at) => ((at * 7919 + name.length) % 256) / 255,
            );
            const expected = await reference(onnx, image);
            const found = Object.values<number>(
              await seen.page.evaluate(
                ([name, grey]) => [...facsimile.reconstruct(name, grey)],
                [name, [...image]] as const,
              ),
            );
            assert.equal(found.length, 784);
            assert(
              expected.some((value) => value > 0.01),
              "not a dead network",
            );
            const apart = Math.max(
              ...found.map((value, at) => Math.abs(value - expected[at]!)),
            );
            assert(apart <= 1e-5, `${name}: ${apart}`);
          }
        },
      );

      await t.step("shows a run's times on the graph", async () => {
        await using seen = await visit(browser, path);
        await Deno.writeTextFile(
          `${made.folder}/run.json`,
          JSON.stringify({
            run: { started: "2026-01-02T03:04:05Z", seconds: 7, success: true },
            machine: { cpu: "A CPU", cores: 2, os: "linux", arch: "x86_64" },
            instances: {
              "train[lr=0.1]": { stage: "train", outcome: "built", seconds: 4 },
              "train[lr=0.01]": {
                stage: "train",
                outcome: "reused",
                seconds: 2,
              },
            },
          }),
        );
        await seen.page.setInputFiles("#open-run", `${made.folder}/run.json`);
        await seen.page.waitForSelector(".has-run");
        const row = await seen.page.locator('#stages [data-stage="train"]')
          .innerText();
        assert.match(row, /6\.0\s+1 ran, 1 reused/);
        assert.match(
          await seen.page.locator('.dag [data-stage="train"]').textContent() ??
            "",
          /6\.0 s · mixed/,
        );
        assert.match(
          await seen.page.locator("#run-status").innerText(),
          /A CPU/,
        );
      });

      await t.step("shows the times of an archive's record", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const instance = (id: string, seconds: number) => ({
          id,
          stage: "train",
          made: "2026-01-02T03:04:05Z",
          seconds,
          outputs: {},
        });
        await page.setInputFiles("#open-run", {
          name: "run.json",
          mimeType: "application/json",
          buffer: Buffer.from(JSON.stringify({
            format: "facsimile results 1",
            machine: { cpu: "A CPU", cores: 2, os: "linux", arch: "x86_64" },
            artifacts: {},
            instances: [
              instance("train[lr=0.1]", 4),
              instance("train[lr=0.01]", 3),
            ],
          })),
        });
        await page.waitForSelector(".has-run");
        assert.match(
          await page.locator('#stages [data-stage="train"]').innerText(),
          /7\.0\s+2 ran/,
        );
        assert.match(
          await page.locator("#run-status").innerText(),
          /^run\.json: on A CPU, 2 cores/,
        );
      });

      await t.step("makes what it can of a run that tells little", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        const before = await page.locator("#run-status").innerText();
        await page.setInputFiles("#open-run", {
          name: "little.json",
          mimeType: "application/json",
          buffer: Buffer.from(JSON.stringify({
            run: {},
            instances: { "train[lr=0.1]": { outcome: "restored" }, x: null },
          })),
        });
        await page.waitForSelector(".has-run");
        assert.match(
          await page.locator('#stages [data-stage="train"]').innerText(),
          /0\.0\s+restored/,
        );
        const after = await page.locator("#run-status").innerText();
        assert.notEqual(after, before);
        assert.doesNotMatch(after, /undefined|NaN/);
        assert.deepEqual(seen.complaints, []);
      });

      await t.step("shows the run that was put into a copy of it", async () => {
        const run = {
          run: {
            started: "2026-01-02T03:04:05Z",
            seconds: 119.6,
            success: true,
          },
          instances: { "train[lr=0.1]": { outcome: "built", seconds: 4 } },
        };
        const empty = '<script type="application/json" id="run"></script>';
        const page = await Deno.readTextFile(path);
        assert.equal(page.split(empty).length, 2, "the place for it, once");
        const copy = `${made.folder}/copy.html`;
        await Deno.writeTextFile(
          copy,
          page.replace(
            empty,
            () =>
              empty.replace(
                "><",
                `>${JSON.stringify(run).replaceAll("<", "\\u003c")}<`,
              ),
          ),
        );
        await using seen = await visit(browser, copy);
        await seen.page.waitForSelector(".has-run");
        assert.match(
          await seen.page.locator("#run-status").innerText(),
          /^This run: 2026-01-02 03:04 UTC, complete after 2 min 0 s\./,
        );
        assert.deepEqual(seen.complaints, []);
      });

      await t.step("centres a drawing as the digits are", async () => {
        await using seen = await visit(browser, path);
        const { page } = seen;
        await page.click("#clear");
        const pad = page.locator("#pad");
        await pad.scrollIntoViewIfNeeded();
        const box = await pad.boundingBox();
        assert(box);
        await page.mouse.move(
          box.x + box.width * 0.1,
          box.y + box.height * 0.1,
        );
        await page.mouse.down();
        await page.mouse.move(
          box.x + box.width * 0.3,
          box.y + box.height * 0.2,
        );
        await page.mouse.up();
        await page.click("#fit");
        const drawn = await pixels(page, "#pad");
        const mass = drawn.reduce((sum, grey) => sum + grey, 0);
        const middle = drawn.reduce(
          (sum, grey, at) => sum + grey * (at % 28),
          0,
        );
        assert(Math.abs(middle / mass + 0.5 - 14) < 0.5, `${middle / mass}`);
      });

      await t.step(
        "is printed light and in one piece from the dark",
        async () => {
          await using seen = await visit(browser, path, { dark: true });
          const { page } = seen;
          await page.click("#theme");
          await page.click("#theme"); // dark by the reader's own choice
          const screen = await drawing(page);
          await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
          assert.notEqual(await drawing(page), screen);
          await page.evaluate(() => dispatchEvent(new Event("afterprint")));
          assert.equal(
            await page.evaluate(() => document.documentElement.dataset.theme),
            "dark",
          );
          await page.emulateMedia({ media: "print" });
          assert(
            await contrast(page, "h1", "rgb(255, 255, 255)") >= 4.5,
            "on paper",
          );
        },
      );

      await t.step("goes dark with the system, or by its button", async () => {
        await using light = await visit(browser, path);
        await using dark = await visit(browser, path, { dark: true });
        const ground = (page: Page) =>
          page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.notEqual(await ground(light.page), await ground(dark.page));
        const canvas = await drawing(light.page);
        await light.page.click("#theme");
        await light.page.click("#theme");
        assert.equal(await ground(light.page), await ground(dark.page));
        assert.notEqual(
          await drawing(light.page),
          canvas,
        );
      });

      await t.step("has the contrast that WCAG AA asks for", async () => {
        for (const dark of [false, true]) {
          await using seen = await visit(browser, path, { dark });
          for (
            const selector of [
              "h1",
              ".kicker",
              ".byline",
              ".mark.holds",
              ".mark.fails",
              ".mark.not-judged",
              "figcaption",
              "summary",
              "button",
              '[aria-pressed="true"]',
              "pre code",
              ".digest",
              "thead th",
            ]
          ) {
            const found = await contrast(seen.page, selector);
            assert(found >= 4.5, `${selector}, dark ${dark}: ${found}`);
          }
        }
      });

      await t.step("names every picture and every control", async () => {
        await using seen = await visit(browser, path);
        const nameless = await seen.page.evaluate(() =>
          [...document.querySelectorAll(
            "canvas, svg, input, select, button, [tabindex='0']",
          )].filter((element) =>
            !(element.closest(".uplot") ||
              element.getAttribute("aria-label") ||
              element.getAttribute("aria-labelledby") ||
              element.textContent?.trim() || element.labels?.length > 0)
          ).map((element) => element.outerHTML.slice(0, 100))
        );
        // Text blocks that scroll are named by their content.
        assert.deepEqual(nameless, []);
        const ids = await seen.page.evaluate(() =>
          [...document.querySelectorAll("[id]")].map(({ id }) => id)
        );
        assert.equal(new Set(ids).size, ids.length, "an id stands twice");
      });

      await t.step("is what html-validate calls valid", async () => {
        const validator = new HtmlValidate({
          extends: ["html-validate:recommended"],
        });
        const { results } = await validator.validateString(
          await Deno.readTextFile(path),
        );
        assert.deepEqual(
          results.flatMap(({ messages }) =>
            messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)
          ),
          [],
        );
      });

      await t.step("has nothing that axe would mend", async () => {
        for (const [width, dark] of [[1024, false], [390, true]] as const) {
          await using seen = await visit(browser, path, { width, dark });
          assert.deepEqual(await violations(seen.page), []);
        }
      });

      await t.step("fits the width of a phone", async () => {
        for (const width of [390, 1024, 1600]) {
          await using seen = await visit(browser, path, { width });
          assert.equal(
            await seen.page.evaluate(() =>
              document.documentElement.scrollWidth
            ),
            width,
          );
          const slider = await seen.page.locator("#noise").boundingBox();
          const value = await seen.page.locator("#noise-value").boundingBox();
          assert(slider && value);
          assert(slider.x + slider.width <= value.x, `noise at ${width}`);
        }
      });
    } finally {
      await browser.close();
    }
  },
});

/** What axe finds, with all folds open; the page's policy forbids what is put into it. */
async function violations(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setBypassCSP", { enabled: true });
  await page.reload();
  await page.evaluate(() =>
    document.querySelectorAll("details").forEach((
      fold: { open: boolean },
    ) => fold.open = true)
  );
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate(
    "axe.run()",
  ) as AxeResults;
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join("; ")}`
  );
}

/** The ratio of an element's text to what lies behind it, by WCAG 2. */
async function contrast(
  page: Page,
  selector: string,
  paper?: string,
): Promise<number> {
  const [text, ground] = await page.locator(selector).first().evaluate(
    (element: { parentElement: unknown }) => {
      const colour = getComputedStyle(element).color;
      // deno-lint-ignore no-explicit-any -- an element of the browser
      let behind: any = element;
      while (
        behind &&
        getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)"
      ) behind = behind.parentElement;
      return [colour, getComputedStyle(behind).backgroundColor];
    },
  );
  const [one, other] = [
    luminance(text ?? ""),
    luminance(paper ?? ground ?? ""),
  ];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? [])
    .map((part) => Number(part) / 255)
    .map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

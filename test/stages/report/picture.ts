/**
 * Draws docs/report.png, the README's picture of the report: verdicts, curves, and
 * the networks reconstructing a digit that is drawn with the pointer.
 *
 *     deno run -A test/stages/report/picture.ts artifacts/report.html docs/report.png
 */
import type { Page } from "playwright-core";
import { type Bitmap, encodePng } from "../../../stages/figures/png.ts";
import { launch, visit } from "./browser.ts";

declare const document: {
  // deno-lint-ignore no-explicit-any -- the browser's, whose types are not ours
  [name: string]: any;
};

/** A two, in parts of the pad. */
const DIGIT = [
  [0.3, 0.35],
  [0.38, 0.24],
  [0.52, 0.2],
  [0.66, 0.27],
  [0.68, 0.4],
  [0.58, 0.54],
  [0.42, 0.68],
  [0.3, 0.8],
  [0.5, 0.79],
  [0.72, 0.8],
] as const;

/** Of the page, and of a column of the picture. */
const [WIDTH, COLUMN] = [830, 790];

if (import.meta.main) {
  const [report, picture] = Deno.args.map((path) => Deno.realPathSync(path));
  const browser = await launch();
  try {
    await using seen = await visit(browser, report!, { width: WIDTH });
    const { page } = seen;
    await draw(page);
    // What takes long to read is for who reads the report itself.
    await page.evaluate(() =>
      document.querySelectorAll("figcaption, .readout, .data, .abstract")
        .forEach((element: { hidden: boolean }) => element.hidden = true)
    );
    const parts = [];
    for (
      const part of [
        "header",
        "#curves figure",
        "#claims .claims",
        "#living .studio",
      ]
    ) {
      parts.push(await page.locator(part).screenshot());
    }
    const [head, curves, claims, living] = parts.map((png) =>
      `<img src="data:image/png;base64,${png.toBase64()}">`
    );
    const sheet = await browser.newPage({
      viewport: { width: 2 * COLUMN + 80, height: 100 },
    });
    await sheet.setContent(
      `<style>
         body { margin: 20px; display: flex; gap: 40px; background: #fff; }
         div { width: ${COLUMN}px } img { width: 100%; display: block }
         img + img { margin-top: 40px }
       </style>
       <div>${head}${curves}</div><div>${claims}${living}</div>`,
    );
    await sheet.waitForLoadState();
    const png = await sheet.screenshot({ fullPage: true });
    Deno.writeFileSync(picture!, encodePng(await coarse(sheet, png)));
  } finally {
    await browser.close();
  }
}

/** The pixels of a PNG with 16 levels a channel: half the bytes, and nothing to be seen of it. */
async function coarse(page: Page, png: Uint8Array): Promise<Bitmap> {
  const { width, height, data } = await page.evaluate(async (source) => {
    const image = document.createElement("img");
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = "";
    data.forEach((value: number, at: number) => {
      if (at % 4 === 3) return; // nothing shines through
      text += String.fromCharCode(Math.round(value / 17) * 17);
    });
    return { width: image.width, height: image.height, data: btoa(text) };
  }, `data:image/png;base64,${png.toBase64()}`);
  return { width, height, pixels: Uint8Array.fromBase64(data) };
}

async function draw(page: Page): Promise<void> {
  await page.click("#clear");
  const pad = page.locator("#pad");
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!; // it is seen
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + box.width * x, box.y + box.height * y] as const;
  await page.mouse.move(...at(DIGIT[0]));
  await page.mouse.down();
  for (const point of DIGIT) await page.mouse.move(...at(point), { steps: 4 });
  await page.mouse.up();
  await page.click("#fit");
  await page.mouse.move(0, 0);
}

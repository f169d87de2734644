/** The forms of a page: each is read by a program that does not know how it was made. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { StageError } from "../../../pipeline/stage/task.ts";
import { Context } from "../../../stages/figures/context.ts";
import { font } from "../../../stages/figures/font.ts";
import { picture, render } from "../../../stages/figures/page.ts";
import { skip } from "../../rig/skip.ts";
import { encodePng } from "../../../stages/figures/png.ts";
import { rasterise } from "../../../stages/figures/raster.ts";

const imprint = { authors: ["A"], language: "en" };

const draw = (paint: (context: Context) => void) =>
  render({
    title: "T",
    description: "D",
    width: 100,
    height: 40,
    draw: paint,
  }, imprint);

/** The pixels of a PNG, as another program reads them. */
async function decode(
  png: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${png.toBase64()}"/></svg>`;
  return (await rasterise(svg, width)).pixels;
}

Deno.test("encodePng() loses nothing, with few colours and with many", async () => {
  const bitmap = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    colours: fc.constantFrom(1, 2, 255, 256, 257, 2 ** 24),
    grey: fc.boolean(),
    seed: fc.integer(),
  }).map(({ width, height, colours, grey, seed }) => {
    const pixels = new Uint8Array(3 * width * height);
    for (let at = 0; at < pixels.length; at += 3) {
      seed = Math.imul(seed ^ at, 0x9e3779b1) ^ at;
      const colour = (seed >>> 8) % colours * (2 ** 24 / colours >>> 0);
      const [r, g, b] = [colour >> 16, colour >> 8 & 255, colour & 255];
      pixels.set(grey ? [r, r, r] : [r, g, b], at);
    }
    return { width, height, pixels };
  });
  await fc.assert(
    fc.asyncProperty(bitmap, async ({ width, height, pixels }) => {
      const png = encodePng({ width, height, pixels });
      deepEqual(await decode(png, width, height), pixels);
    }),
    { numRuns: 200, seed: 1 },
  );
});

/** A page of 500 × 200 pixels from PDF, by poppler; nothing where it is not installed. */
function decodePdf(pdf: Uint8Array): Uint8Array | undefined {
  const path = Deno.makeTempFileSync({ suffix: ".pdf" });
  Deno.writeFileSync(path, pdf);
  try {
    const { stdout } = new Deno.Command("pdftoppm", {
      args: ["-scale-to-x", "500", "-scale-to-y", "200", path],
    }).outputSync();
    return stdout.subarray(-3 * 500 * 200);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    skip("pages of figures in PDF", "pdftoppm is not installed");
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("a picture of few colours and of many keeps hard edges and its place, and what is drawn later covers it, in every form", async () => {
  const halves = picture(
    2,
    2,
    (pixel) => pixel % 2 === 0 ? [0, 0, 0] : [255, 0, 0],
  );
  const many = picture(20, 20, (pixel) => [pixel % 20, pixel / 20, 200]);
  const { png, pdf } = await draw((context) => {
    context.drawImage(halves, 10, 4, 20, 20);
    context.drawImage(many, 40, 4, 20, 20);
    context.fillStyle = "#00ff00";
    context.fillRect(10, 4, 2, 2);
  });
  for (const pixels of [await decode(png, 500, 200), decodePdf(pdf)]) {
    if (!pixels) continue;
    const at = (x: number, y: number) => [
      ...pixels.subarray(3 * (500 * y + x), 3 * (500 * y + x) + 3),
    ];
    deepEqual(at(47, 30), [255, 255, 255]);
    deepEqual(at(55, 25), [0, 255, 0]);
    deepEqual([at(52, 40), at(97, 40)], [[0, 0, 0], [0, 0, 0]]);
    deepEqual([at(103, 30), at(147, 30)], [[255, 0, 0], [255, 0, 0]]);
    deepEqual([at(153, 30), at(60, 124)], [[255, 255, 255], [255, 255, 255]]);
    deepEqual([at(202, 22), at(297, 117)], [[0, 0, 200], [19, 19, 200]]);
  }
});

Deno.test("what is clipped is not seen in any form", async () => {
  const { svg, png } = await draw((context) => {
    context.save();
    context.beginPath();
    context.rect(0, 0, 50, 40);
    context.clip();
    context.fillRect(0, 0, 100, 20);
    context.restore();
    context.fillRect(90, 30, 10, 10);
  });
  equal(svg.match(/clip-path=/g)!.length, 1);
  const pixels = await decode(png, 500, 200);
  const dark = (x: number, y: number) => pixels[3 * (500 * y + x)] === 0;
  deepEqual([dark(249, 50), dark(250, 50), dark(460, 160)], [
    true,
    false,
    true,
  ]);
});

Deno.test("text stands where its alignment says", () => {
  const context = new Context();
  context.font = font(10);
  const { width } = context.measureText("AVATAR fi");
  ok(width > 35 && width < 50, String(width)); // 9 letters of 10 units
  for (const align of ["left", "center", "right"] as const) {
    context.textAlign = align;
    context.fillText("AVATAR fi", 50, 20);
  }
  deepEqual(
    context.drawings.map((one) => one.kind === "text" && Math.round(one.x)),
    [50, Math.round(50 - width / 2), Math.round(50 - width)],
  );
});

Deno.test("a title of any characters leaves SVG and XMP readable", async () => {
  const { svg, pdf } = await render({
    title: 'a\u0001<b>&"\u{1d70e}\ud800',
    description: "D",
    width: 10,
    height: 10,
    draw() {},
  }, { authors: [], language: "en" });
  const title = "a\ufffd&#60;b&#62;&#38;&#34;\u{1d70e}\ufffd";
  const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  ok(read(new TextEncoder().encode(svg)).includes(`<title>${title}</title>`));
  ok(read(pdf).includes(`>${title}</rdf:li>`));
});

Deno.test("a letter that the font lacks is an error, not an empty box", async () => {
  await rejects(
    draw((context) => context.fillText("漢", 0, 10)),
    (error: StageError) => {
      ok(error instanceof StageError);
      match(error.message, /Cannot write "漢" in a figure/);
      return true;
    },
  );
});

Deno.test("a context refuses what no form could show", () => {
  const context = new Context();
  const refuses = (draw: () => void, what: RegExp) => {
    try {
      draw();
    } catch (error) {
      return match(String(error), what);
    }
    throw new Error(`drew ${what}`);
  };
  context.fillStyle = "papayawhip";
  refuses(() => context.fillRect(0, 0, 1, 1), /papayawhip/);
  refuses(() => context.scale(1, 2), /two scales/);
  refuses(() => context.arc(0, 0, 1, 0, 1), /part of a circle/);
  context.font = "italic 8px serif";
  refuses(() => context.measureText("a"), /italic/);
});

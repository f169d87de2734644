/** The figures: the same bytes anywhere, sound files, honest captions. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { digestFile } from "../../../pipeline/store/digest.ts";
import { canonical } from "../../../pipeline/stage/json.ts";
import { smooth, spread, windowOf } from "../../../stages/figures/curve.ts";
import { latex } from "../../../stages/figures/forms.ts";
import { viridis } from "../../../stages/figures/palette.ts";
import { skip } from "../../rig/skip.ts";
import { writeMaterial } from "./material.ts";

const root = new URL("../../..", import.meta.url).pathname;

/** Draws in a process of its own, with another environment. */
async function draw(
  seeds: number,
  standIn: boolean,
  env: { [name: string]: string },
  cwd = root,
): Promise<string> {
  const folder = Deno.makeTempDirSync({ prefix: "material-" });
  const out = Deno.makeTempDirSync({ prefix: "figures-" });
  writeMaterial(folder, seeds, standIn);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      join(root, "deno.json"),
      join(root, "test/stages/figures/draw.ts"),
      folder,
      out,
      String(seeds),
    ],
    cwd,
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  return out;
}

function digests(out: string): { [path: string]: string } {
  const found: { [path: string]: string } = {};
  for (const figure of readdirSync(out).sort()) {
    for (const form of readdirSync(join(out, figure)).sort()) {
      found[`${figure}.${form}`] = digestFile(join(out, figure, form));
    }
  }
  return found;
}

async function has(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output();
  if (!success) {
    skip("figures in other programs", `${program} is not installed`);
  }
  return success;
}

async function output(
  cwd: string,
  program: string,
  ...args: string[]
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(program, { args, cwd })
    .output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("figures are the same bytes in another time zone, language and folder", async () => {
  const here = digests(await draw(1, false, { TZ: "UTC", LANG: "C" }));
  const there = digests(
    await draw(1, false, {
      TZ: "Asia/Tokyo",
      LANG: "de_DE.UTF-8",
      LC_ALL: "tr_TR.UTF-8",
    }, "/"),
  );
  equal(Object.keys(here).length, 20);
  deepEqual(there, here);
});

/** The chunks of a PNG by their names. */
function chunks(png: Uint8Array): Map<string, DataView> {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const found = new Map<string, DataView>();
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const name = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    const length = view.getUint32(at);
    found.set(name, new DataView(png.buffer, png.byteOffset + at + 8, length));
  }
  return found;
}

Deno.test("figures are as wide as a column in all three forms, the PNG with 300 dots an inch or more in sRGB", async () => {
  const out = await draw(1, false, {});
  for (const [figure, mm] of [["curves", 174], ["linear", 84]] as const) {
    const png = chunks(readFileSync(join(out, figure, "png")));
    const width = png.get("IHDR")!.getUint32(0);
    const perMetre = png.get("pHYs")!.getUint32(0);
    ok(perMetre * 0.0254 >= 300, `${perMetre} dots a metre`);
    ok(Math.abs(1000 * width / perMetre - mm) < 0.01, figure);
    equal(png.get("sRGB")!.getUint8(0), 0);
    const svg = readFileSync(join(out, figure, "svg"), "utf8");
    match(svg, new RegExp(`<svg [^>]*width="${mm}mm" height="[\\d.]+mm"`));
    const pdf = readFileSync(join(out, figure, "pdf"), "latin1");
    const [, points] = /\/MediaBox \[0 0 ([\d.]+) /.exec(pdf)!;
    ok(Math.abs(Number(points) * 25.4 / 72 - mm) < 0.01, figure);
  }
});

Deno.test("figures are sound files: SVG with title, description and no fonts, PDF with embedded fonts, a description, whose it is, and no date", async () => {
  const out = await draw(2, false, {});
  for (const figure of readdirSync(out)) {
    const svg = readFileSync(join(out, figure, "svg"), "utf8");
    match(
      svg,
      /<svg [^>]*viewBox="0 0 \d+ \d+"[^>]*>\n<title[^>]*>[^<]+<\/title>\n<desc[^>]*>[^<]+<\/desc>/,
    );
    equal(/<text|font-family/.test(svg), false, figure);
    const path = join(out, figure, "pdf");
    const pdf = readFileSync(path, "latin1");
    match(pdf, /^%PDF-1\.4/);
    equal(/CreationDate|ModDate|CreateDate/.test(pdf), false, figure);
    const xmp = readFileSync(path, "utf8");
    match(
      xmp,
      /<dc:creator><rdf:Seq><rdf:li>Ada &#38; Łukasz &#60;Group&#62;<\/rdf:li><rdf:li>B</,
    );
    match(xmp, /<dc:language><rdf:Bag><rdf:li>en</);
    match(pdf, /\/Lang <feff0065006e>/);
    match(pdf, /\/S \/Figure [^]*\/Alt <feff/);
    if (await has("xmllint")) {
      equal(
        await output("/", "xmllint", "--noout", join(out, figure, "svg")),
        "",
      );
      const packet = join(out, figure, "xmp");
      Deno.writeTextFileSync(
        packet,
        /<x:xmpmeta[^]*<\/x:xmpmeta>/.exec(xmp)![0],
      );
      equal(await output("/", "xmllint", "--noout", packet), "");
    }
    if (await has("pdfinfo")) {
      match(
        await output("/", "pdfinfo", path),
        /Title: +\S.*\nAuthor: +Ada & Łukasz <Group>, B\n[^]*Metadata Stream: yes\nTagged: +yes/,
      );
    }
    if (await has("qpdf")) {
      match(await output("/", "qpdf", "--check", path), /No syntax or stream/);
    }
    if (await has("pdffonts")) {
      const rows = (await output("/", "pdffonts", path)).trim()
        .split("\n").slice(2);
      ok(rows.length > 0, figure);
      for (const row of rows) match(row, /SourceSans3.* yes yes yes /);
    }
  }
  if (await has("pdftotext")) {
    match(
      await output("/", "pdftotext", join(out, "curves/pdf"), "-"),
      /epoch[^]*paper: 0\.10–0\.12|paper: 0\.10–0\.12[^]*epoch/,
    );
  }
});

Deno.test("figures go into a LaTeX document without a warning, as wide as its columns", async () => {
  if (!await has("pdflatex")) return;
  const out = await draw(1, false, {});
  const names: { [figure: string]: string } = {
    curves: "learning-curves",
    reconstruction: "reconstruction-lr-0.1",
    denoising: "denoising",
  };
  Deno.mkdirSync(join(out, "figures"));
  for (const [figure, name] of Object.entries(names)) {
    for (const form of ["pdf", "tex"]) {
      const path = join(out, "figures", `${name}.${form}`);
      Deno.copyFileSync(join(out, figure, form), path);
    }
  }
  Deno.writeTextFileSync(
    join(out, "paper.tex"),
    [
      "\\documentclass[twocolumn]{article}",
      "\\usepackage{graphicx}",
      "\\setlength{\\textwidth}{174mm}",
      "\\setlength{\\columnsep}{6mm}",
      "\\begin{document}",
      ...Object.values(names).map((name) => `\\input{figures/${name}.tex}`),
      "\\end{document}",
    ].join("\n"),
  );
  const page = [
    "-interaction=nonstopmode",
    `-output-directory=${out}`,
    "paper.tex",
  ];
  await output(out, "pdflatex", ...page);
  const said = await output(out, "pdflatex", ...page); // the second time, for references
  match(said, /Output written/);
  equal(/.*(?:warning|overfull|^!).*/im.exec(said)?.[0], undefined);
});

Deno.test("figures over stand-in data say so, in picture and caption", async () => {
  const out = await draw(1, true, {});
  for (const figure of readdirSync(out)) {
    match(
      readFileSync(join(out, figure, "tex"), "utf8"),
      /Stand-in data: synthetic digits, not MNIST\./,
    );
    if (await has("pdftotext")) {
      match(
        await output("/", "pdftotext", join(out, figure, "pdf"), "-"),
        /[Ss]tand-in data/,
      );
    }
  }
});

Deno.test("latex() names the file, has a short caption, and escapes what TeX would read", () => {
  equal(
    latex("a", { width: 238 }, ["50 % of x_1.", "{y} – 7×7"]),
    "\\begin{figure}\n  \\centering\n  \\includegraphics[width=\\columnwidth]{figures/a.pdf}\n" +
      "  \\caption[{50 \\% of x\\_1.}]{50 \\% of x\\_1. \\{y\\} -- 7$\\times$7}\n  \\label{fig:a}\n\\end{figure}\n",
  );
  match(latex("a", { width: 493 }, []), /^\\begin\{figure\*\}[^]*\\textwidth/);
});

Deno.test("smooth() is a mean that does not lag: a straight line stays as it is", () => {
  const line = Array.from({ length: 30 }, (_, i) => i);
  smooth(line, 7).forEach((value, i) => ok(Math.abs(value - i) < 1e-9));
  deepEqual(smooth([3, 0, 0, 3], 3).map((x) => Number(x.toFixed(6))), [
    3,
    1,
    1,
    3,
  ]);
});

Deno.test("windowOf() is odd, as it was set, and a twentieth of the steps at most", () => {
  deepEqual(
    [[51, 8590], [50, 8590], [51, 100], [51, 19], [1, 8590]].map((
      [smoothing, steps],
    ) => windowOf(smoothing!, steps!)),
    [51, 49, 5, 1, 1],
  );
});

Deno.test("spread() takes least, mean and greatest place by place", () => {
  equal(
    canonical(spread([[1, 4], [3, 8]])),
    '{"high":[3,8],"low":[1,4],"mean":[2,6]}',
  );
});

Deno.test("viridis() is the published table, and ends where it ends", () => {
  deepEqual(viridis(0), [68, 1, 84]);
  deepEqual(viridis(1), [253, 231, 37]);
  deepEqual(viridis(7), viridis(1));
});

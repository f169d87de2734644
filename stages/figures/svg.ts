/**
 * A page as SVG. Text stands as outlines, so that it looks the same where the font
 * is not installed; what the figure says is in its title and its description.
 */
import type { Drawing, Paint, Sheet } from "./drawing.ts";
import { face, layout } from "./font.ts";
import { type Outline, type Segment, short } from "./path.ts";
import { encodePng } from "./png.ts";

/** Writes the drawings of a page. */
export function svg(
  { title, description, width, height, unit, language, drawings }: Sheet,
): string {
  const clips = new Map<string, string>();
  const body = runs(drawings).map((run) => {
    const shapes = run.map(shape).join("\n");
    return run[0]!.clip.reduce((inside, outline) => {
      const path = data(outline);
      if (!clips.has(path)) clips.set(path, `c${clips.size + 1}`);
      return `<g clip-path="url(#${clips.get(path)})">\n${inside}\n</g>`;
    }, shapes);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${
      short(width * unit)
    }mm" height="${
      short(height * unit)
    }mm" viewBox="0 0 ${width} ${height}" role="img" xml:lang="${language}">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    ...Array.from(
      clips,
      ([path, id]) => `<clipPath id="${id}"><path d="${path}"/></clipPath>`,
    ),
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    // As a canvas and PDF have it; SVG's own limit is 4.
    '<g stroke-miterlimit="10">',
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** What is clipped alike is one group: each costs whoever draws it a layer. */
function runs(drawings: readonly Drawing[]): Drawing[][] {
  const found: Drawing[][] = [];
  let last: string | undefined;
  for (const drawing of drawings) {
    const here = drawing.clip.map(data).join(" ");
    if (here === last) found.at(-1)!.push(drawing);
    else found.push([drawing]);
    last = here;
  }
  return found;
}

function shape(drawing: Drawing): string {
  switch (drawing.kind) {
    case "fill":
      return `<path d="${data(drawing.outline)}"${paint("fill", drawing)}/>`;
    case "stroke": {
      const { width, dash, join, cap } = drawing.stroke;
      return `<path d="${data(drawing.outline)}" fill="none"${
        paint("stroke", drawing)
      } stroke-width="${short(width)}"${
        dash.length > 0 ? ` stroke-dasharray="${dash.map(short)}"` : ""
      }${join === "miter" ? "" : ` stroke-linejoin="${join}"`}${
        cap === "butt" ? "" : ` stroke-linecap="${cap}"`
      }/>`;
    }
    case "text":
      return `<path d="${data(letters(drawing))}"${paint("fill", drawing)}/>`;
    case "picture": {
      const { picture, x, y, width, height } = drawing;
      const png = encodePng(picture);
      return `<image x="${short(x)}" y="${short(y)}" width="${
        short(width)
      }" height="${
        short(height)
      }" preserveAspectRatio="none" xlink:href="data:image/png;base64,${png.toBase64()}"/>`;
    }
  }
}

function paint(
  name: "fill" | "stroke",
  { paint: { colour, opacity } }: { readonly paint: Paint },
): string {
  const part = opacity < 1 ? ` ${name}-opacity="${short(opacity)}"` : "";
  return ` ${name}="${colour}"${part}`;
}

function data(outline: Outline): string {
  return outline.map(([command, ...numbers]) =>
    command + numbers.map(short).join(" ")
  ).join("");
}

const COMMANDS = {
  moveTo: "M",
  lineTo: "L",
  quadraticCurveTo: "Q",
  bezierCurveTo: "C",
  closePath: "Z",
} as const;

/** The outlines of letters; fonts count upwards. */
function letters(
  { text, weight, size, x, y }: Drawing & { kind: "text" },
): Outline {
  const em = size / face(weight).unitsPerEm;
  const { glyphs, positions } = layout(text, weight);
  let pen = 0;
  return glyphs.flatMap(({ path }, index) => {
    const { xAdvance, xOffset, yOffset } = positions[index]!; // one each
    const left = pen + xOffset;
    pen += xAdvance;
    return path.commands.map(({ command, args }) =>
      [
        COMMANDS[command],
        ...args.map((value, at) =>
          at % 2 === 0 ? x + (left + value) * em : y - (yOffset + value) * em
        ),
      ] as unknown as Segment
    );
  });
}

/** Text between tags, or in quotes. XML has no way to write control characters. */
export function escapeXml(text: string): string {
  // deno-lint-ignore no-control-regex -- these are meant
  const plain = text.replace(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
  return plain.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

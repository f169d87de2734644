/**
 * A page as PDF (1.4, as ISO 32000-1 describes it): text as text, in subsets of the font; what the
 * figure says for readers that speak, and whose it is, in XMP. There is no date.
 */
import type { Drawing, Paint, Sheet, Stroke } from "./drawing.ts";
import type { Weight } from "./font.ts";
import { type Outline, short } from "./path.ts";
import { ascii, File, text } from "./pdf-file.ts";
import { Font } from "./pdf-font.ts";
import { image } from "./pdf-image.ts";
import type { Bitmap } from "./png.ts";
import { PRODUCER, xmp } from "./xmp.ts";

/** Points a millimetre. */
const POINTS = 72 / 25.4;

/** Writes the drawings of a page. */
export function pdf(sheet: Sheet): Uint8Array {
  const { title, description, width, height, unit, language, authors } = sheet;
  const file = new File();
  const [page, pages, content, figure, tree] = file.names(5);
  const resources = new Resources(file);
  // Units of the page, downwards from its top.
  const scale = unit * POINTS;
  const drawn = sheet.drawings.map((one) => operators(one, resources));
  file.stream(
    content!,
    "",
    ascii([
      `${scale} 0 0 ${-scale} 0 ${height * scale} cm`,
      "/Figure <</MCID 0>> BDC",
      ...drawn,
      "EMC",
    ].join("\n")),
  );
  file.object(page!, [
    `/Type /Page /Parent ${pages} /Contents ${content} /StructParents 0`,
    `/MediaBox [0 0 ${width * scale} ${height * scale}]`,
    `/Resources <<${resources.end()}>>`,
  ]);
  file.object(pages!, [`/Type /Pages /Count 1 /Kids [${page}]`]);
  file.object(figure!, [
    `/Type /StructElem /S /Figure /P ${tree} /Pg ${page} /K 0`,
    `/Alt ${text(description)}`,
  ]);
  file.object(tree!, [
    `/Type /StructTreeRoot /K ${figure} /ParentTree <</Nums [0 [${figure}]]>>`,
  ]);
  const [metadata, catalog, info] = file.names(3);
  file.plain(
    metadata!,
    "/Type /Metadata /Subtype /XML",
    new TextEncoder().encode(xmp(sheet)),
  );
  file.object(catalog!, [
    `/Type /Catalog /Pages ${pages} /Metadata ${metadata}`,
    `/Lang ${text(language)} /MarkInfo <</Marked true>>`,
    `/StructTreeRoot ${tree} /ViewerPreferences <</DisplayDocTitle true>>`,
  ]);
  file.object(info!, [
    `/Title ${text(title)} /Producer ${text(PRODUCER)}`,
    authors.length > 0 ? `/Author ${text(authors.join(", "))}` : "",
  ]);
  return file.end(catalog!, info!);
}

/** What drawings name: fonts, degrees of opacity, pictures. */
class Resources {
  readonly #fonts = new Map<Weight, Font>();
  readonly #opacities = new Set<string>();
  readonly #pictures = new Map<Bitmap, string>();

  constructor(readonly file: File) {}

  font(weight: Weight): Font {
    const font = this.#fonts.get(weight) ?? new Font(weight);
    this.#fonts.set(weight, font);
    return font;
  }

  opacity(opacity: number): string {
    this.#opacities.add(short(opacity));
    return `/O${short(opacity)}`;
  }

  /** A picture is in the file once, however often it is drawn. */
  picture(picture: Bitmap): string {
    const known = this.#pictures.get(picture);
    const name = known ?? this.file.names(1)[0]!;
    if (!known) {
      this.#pictures.set(picture, name);
      image(this.file, name, picture);
    }
    return `/P${parseInt(name)}`;
  }

  end(): string {
    const list = (names: Iterable<string>) => `<<${[...names].join(" ")}>>`;
    return `/Font ${
      list(
        this.#fonts.entries().map(([weight, font]) =>
          `/F${weight} ${font.end(this.file)}`
        ),
      )
    } /ExtGState ${
      list(this.#opacities.values().map((o) => `/O${o} <</ca ${o} /CA ${o}>>`))
    } /XObject ${
      list(this.#pictures.values().map((name) => `/P${parseInt(name)} ${name}`))
    }`;
  }
}

function operators(drawing: Drawing, resources: Resources): string {
  return [
    "q",
    ...drawing.clip.map((outline) => `${path(outline)} W n`),
    ...ink(drawing, resources),
    "Q",
  ].join("\n");
}

function ink(drawing: Drawing, resources: Resources): string[] {
  switch (drawing.kind) {
    case "fill":
      return [
        ...colour(drawing.paint, resources),
        `${path(drawing.outline)} f`,
      ];
    case "stroke":
      return [
        ...colour(drawing.paint, resources),
        line(drawing.stroke),
        `${path(drawing.outline)} S`,
      ];
    case "text": {
      const { weight, size, x, y } = drawing;
      return [
        ...colour(drawing.paint, resources),
        "BT",
        `/F${weight} ${short(size)} Tf 1 0 0 -1 ${short(x)} ${short(y)} Tm`,
        resources.font(weight).show(drawing.text),
        "ET",
      ];
    }
    case "picture": {
      const { picture, x, y, width, height } = drawing;
      const [w, h] = [short(width), short(-height)];
      return [
        `${w} 0 0 ${h} ${short(x)} ${short(y + height)} cm`,
        `${resources.picture(picture)} Do`,
      ];
    }
  }
}

function colour({ colour, opacity }: Paint, resources: Resources): string[] {
  const [r, g, b] = [1, 3, 5].map((at) =>
    Number((parseInt(colour.slice(at, at + 2), 16) / 255).toFixed(4))
  );
  return [
    `${r} ${g} ${b} rg ${r} ${g} ${b} RG`,
    ...(opacity < 1 ? [`${resources.opacity(opacity)} gs`] : []),
  ];
}

function line({ width, dash, join, cap }: Stroke): string {
  const joins = { miter: 0, round: 1, bevel: 2 };
  const caps = { butt: 0, round: 1, square: 2 };
  return `${short(width)} w ${joins[join]} j ${caps[cap]} J [${
    dash.map(short).join(" ")
  }] 0 d`;
}

function path(outline: Outline): string {
  const names = { M: "m", L: "l", C: "c", Z: "h" };
  return outline.map(([command, ...numbers]) => {
    if (command === "Q") throw new Error("PDF has no quadratic curves");
    return [...numbers.map(short), names[command]].join(" ");
  }).join("\n");
}

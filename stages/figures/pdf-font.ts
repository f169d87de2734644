/** Fonts in a PDF: the letters that are used, and which characters these are. */
import { crc32 } from "node:zlib";
import { face, type Glyph, layout, type Weight } from "./font.ts";
import { ascii, type File, hex, utf16 } from "./pdf-file.ts";
import { short } from "./path.ts";

/** The letters of one weight that a page uses. */
export class Font {
  readonly #subset;
  readonly #weight: Weight;
  /** By their numbers in the subset; the first is the sign for what is missing. */
  readonly #glyphs: (Glyph | undefined)[] = [undefined];

  constructor(weight: Weight) {
    this.#weight = weight;
    this.#subset = face(weight).createSubset();
  }

  /** The operator that shows a text, with its kerning. */
  show(text: string): string {
    const { unitsPerEm } = face(this.#weight);
    const { glyphs, positions } = layout(text, this.#weight);
    const shown = glyphs.map((glyph, index) => {
      const id = this.#subset.includeGlyph(glyph.id);
      this.#glyphs[id] = glyph;
      const closer = glyph.advanceWidth - positions[index]!.xAdvance; // one each
      return `<${hex(id)}>${
        closer === 0 ? "" : short(closer * 1000 / unitsPerEm)
      }`;
    });
    return `[${shown.join("")}] TJ`;
  }

  /** Puts the font into the file, and gives its name there. */
  end(file: File): string {
    const [font, letters, descriptor, program, unicode] = file.names(5);
    const bytes = this.#subset.encode();
    const { postscriptName, unitsPerEm, ascent, descent, capHeight, bbox } =
      face(this.#weight);
    const em = (length: number) => short(length * 1000 / unitsPerEm);
    const name = `/${tag(bytes)}+${postscriptName}`;
    file.object(font!, [
      `/Type /Font /Subtype /Type0 /BaseFont ${name} /Encoding /Identity-H`,
      `/DescendantFonts [${letters}] /ToUnicode ${unicode}`,
    ]);
    file.object(letters!, [
      `/Type /Font /Subtype /CIDFontType2 /BaseFont ${name}`,
      "/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>",
      `/FontDescriptor ${descriptor} /CIDToGIDMap /Identity`,
      `/W [0 [${
        this.#glyphs.map((glyph) => em(glyph?.advanceWidth ?? 0)).join(" ")
      }]]`,
    ]);
    const { minX, minY, maxX, maxY } = bbox;
    file.object(descriptor!, [
      `/Type /FontDescriptor /FontName ${name} /Flags 4 /ItalicAngle 0`,
      `/FontBBox [${[minX, minY, maxX, maxY].map(em).join(" ")}]`,
      `/Ascent ${em(ascent)} /Descent ${em(descent)} /CapHeight ${
        em(capHeight)
      }`,
      // Nobody says how wide its stems are; readers use this only without the font.
      `/StemV 80 /FontFile2 ${program}`,
    ]);
    file.stream(program!, `/Length1 ${bytes.length}`, bytes);
    file.stream(unicode!, "", ascii(toUnicode(this.#glyphs)));
    return font!;
  }
}

/** Which characters the letters of a font are: so that text can be found and copied. */
function toUnicode(glyphs: readonly (Glyph | undefined)[]): string {
  const rows = glyphs.flatMap((glyph, id) =>
    glyph
      ? [
        `<${hex(id)}> <${utf16(String.fromCodePoint(...glyph.codePoints))}>`,
      ]
      : []
  );
  // At most a hundred each.
  const blocks = Array.from(
    { length: Math.ceil(rows.length / 100) },
    (_, at) => rows.slice(100 * at, 100 * (at + 1)),
  );
  return [
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
    "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
    "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
    "1 begincodespacerange <0000> <ffff> endcodespacerange",
    ...blocks.map((block) =>
      `${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`
    ),
    "endcmap CMapName currentdict /CMap defineresource pop end end",
  ].join("\n");
}

/** Six letters that say which subset it is: a document with several figures has several. */
function tag(bytes: Uint8Array): string {
  let rest = crc32(bytes);
  return Array.from({ length: 6 }, () => {
    const letter = String.fromCharCode(65 + rest % 26);
    rest = Math.floor(rest / 26);
    return letter;
  }).join("");
}

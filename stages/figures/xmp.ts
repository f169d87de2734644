/** What a PDF says of its figure to those who do not look at it. */
import type { Sheet } from "./drawing.ts";
import { escapeXml } from "./svg.ts";

/** The program that wrote a file. */
export const PRODUCER = "Facsimile";

/** Metadata as Adobe's XMP (ISO 16684-1), which libraries and search engines read. */
export function xmp({ title, description, language, authors }: Sheet): string {
  const list = (kind: string, items: readonly string[], attribute = "") =>
    `<rdf:${kind}>${
      items.map((item) => `<rdf:li${attribute}>${escapeXml(item)}</rdf:li>`)
        .join("")
    }</rdf:${kind}>`;
  const plain = ' xml:lang="x-default"';
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">',
    "<dc:format>application/pdf</dc:format>",
    `<dc:title>${list("Alt", [title], plain)}</dc:title>`,
    `<dc:description>${list("Alt", [description], plain)}</dc:description>`,
    `<dc:language>${list("Bag", [language])}</dc:language>`,
    ...(authors.length > 0
      ? [`<dc:creator>${list("Seq", authors)}</dc:creator>`]
      : []),
    `<pdf:Producer>${PRODUCER}</pdf:Producer>`,
    "</rdf:Description>",
    "</rdf:RDF>",
    "</x:xmpmeta>",
    '<?xpacket end="r"?>',
  ].join("\n");
}

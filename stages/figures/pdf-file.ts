/** The file that a PDF is: numbered objects, and a table of where each begins. */
import { zlibSync } from "fflate";
import { joined } from "./png.ts";

/** Objects, in the order in which they are written. */
export class File {
  readonly #parts: Uint8Array[] = [
    // pdfTeX warns of a figure above 1.5, and 1.4 has all that is used here. The
    // second line says that there are bytes which are no text.
    Uint8Array.of(...ascii("%PDF-1.4\n%"), 0xe2, 0xe3, 0xcf, 0xd3, 0x0a),
  ];
  /** Where the objects begin. */
  readonly #starts: number[] = [];
  #length = this.#parts[0]!.length; // there is one

  /** Names for so many objects, to be written later. */
  names(count: number): string[] {
    return Array.from({ length: count }, () => `${this.#starts.push(0)} 0 R`);
  }

  /** Writes a dictionary. */
  object(name: string, entries: readonly string[]): void {
    this.#write(name, [ascii(dictionary(entries))]);
  }

  /** Writes a stream that is to be found also by those who know no PDF. */
  plain(name: string, entries: string, bytes: Uint8Array): void {
    this.#write(name, [
      ascii(dictionary([entries, `/Length ${bytes.length}`])),
      ascii("\nstream\n"),
      bytes,
      ascii("\nendstream"),
    ]);
  }

  /** Writes a stream that zlib has compressed. */
  deflated(name: string, entries: string, bytes: Uint8Array): void {
    this.plain(name, `${entries} /Filter /FlateDecode`, bytes);
  }

  /** Writes a stream, and compresses it. */
  stream(name: string, entries: string, bytes: Uint8Array): void {
    this.deflated(name, entries, zlibSync(bytes));
  }

  /** All of it, with the table. */
  end(catalog: string, info: string): Uint8Array {
    const rows = this.#starts.map((start) =>
      `${String(start).padStart(10, "0")} 00000 n \n`
    );
    const size = rows.length + 1;
    return joined([
      ...this.#parts,
      ascii(`xref\n0 ${size}\n0000000000 65535 f \n${rows.join("")}`),
      ascii(
        `trailer\n<</Size ${size} /Root ${catalog} /Info ${info}>>\nstartxref\n${this.#length}\n%%EOF\n`,
      ),
    ]);
  }

  #write(name: string, body: readonly Uint8Array[]): void {
    const number = parseInt(name);
    this.#starts[number - 1] = this.#length;
    const parts = [ascii(`${number} 0 obj\n`), ...body, ascii("\nendobj\n")];
    this.#parts.push(...parts);
    this.#length += parts.reduce((sum, part) => sum + part.length, 0);
  }
}

function dictionary(entries: readonly string[]): string {
  return `<<${entries.filter(Boolean).join(" ")}>>`;
}

/** The bytes of what is ASCII. */
export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A string of any characters. */
export function text(value: string): string {
  return `<feff${utf16(value)}>`;
}

/** A text in UTF-16, as hexadecimal digits. */
export function utf16(value: string): string {
  return Array.from(
    { length: value.length },
    (_, at) => hex(value.charCodeAt(at)),
  ).join("");
}

/** A number of two bytes. */
export function hex(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** HTML that is safe by construction: what is put into a template is escaped. */

/** A piece of finished markup. */
export class Markup {
  constructor(readonly text: string) {}
}

/** A section of the page, with its place in the table of contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

type Part = Markup | string | number | readonly Part[];

/** A template whose values are escaped, but for markup and lists of markup. */
export function html(
  strings: TemplateStringsArray,
  ...parts: readonly Part[]
): Markup {
  // Of the source's indentation nothing is left: a table of hundreds of rows would
  // be made of it.
  const plain = strings.map((text) => text.replace(/\n\s*/g, "\n"));
  let text = plain[0] ?? "";
  parts.forEach((part, index) => {
    text += write(part) + (plain[index + 1] ?? "");
  });
  return new Markup(text);
}

/** What stands where there is nothing to say. */
export const NOTHING = new Markup("");

/** Text as it may stand in an element or in a quoted attribute. */
export function escape(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** JSON as it may stand in a script element: no tag can begin in it. */
export function embedded(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/</g, "\\u003c"));
}

function write(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "string") return escape(part);
  if (typeof part === "number") return String(part);
  return part.map(write).join("");
}

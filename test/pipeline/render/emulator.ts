// deno-lint-ignore-file no-control-regex -- escape sequences are what it is about
/**
 * A small terminal: what stands on the screen after the escape sequences that
 * the live view uses. Anything that it does not know fails the test.
 */
export class Emulator {
  /** All rows, those that have scrolled away included. */
  rows: string[] = [""];
  cursorShown = true;
  /** One entry for each write. */
  readonly writes: string[] = [];
  #row = 0;
  #column = 0;
  #wraps = true;

  constructor(public columns: number, public height = 24) {}

  write(text: string): void {
    this.writes.push(text);
    for (
      const part of text.match(/\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+/g) ??
        []
    ) {
      if (part === "\n") {
        this.#row++;
        this.#column = 0;
        if (this.#row === this.rows.length) this.rows.push("");
      } else if (part === "\r") this.#column = 0;
      else if (part.startsWith("\x1b")) this.#obey(part);
      else this.#put(part);
    }
  }

  /** Every character that is used here takes one column. */
  #put(text: string): void {
    for (let rest = text; rest !== "";) {
      if (this.#column === this.columns) {
        if (!this.#wraps) return;
        this.#row++;
        this.#column = 0;
        if (this.#row === this.rows.length) this.rows.push("");
      }
      const part = rest.slice(0, this.columns - this.#column);
      rest = rest.slice(part.length);
      const row = this.rows[this.#row]!.padEnd(this.#column);
      this.#column += part.length;
      this.rows[this.#row] = row.slice(0, this.#column - part.length) + part +
        row.slice(this.#column);
    }
  }

  #obey(sequence: string): void {
    const [, argument = "", letter] = /^\x1b\[(.*)(.)$/.exec(sequence) ?? [];
    if (letter === "m") return;
    if (letter === "A") {
      this.#row -= Number(argument);
      // Above the screen's first row there is nowhere to go.
      const top = Math.max(0, this.rows.length - this.height);
      this.#row = Math.max(top, this.#row);
    } else if (letter === "K") {
      this.rows[this.#row] = this.rows[this.#row]!.slice(0, this.#column);
    } else if (letter === "J") {
      this.rows.length = this.#row + 1;
      this.rows[this.#row] = this.rows[this.#row]!.slice(0, this.#column);
    } else if (argument === "?25") this.cursorShown = letter === "h";
    else if (argument === "?7") this.#wraps = letter === "h";
    else throw new Error(`unknown sequence ${JSON.stringify(sequence)}`);
  }

  /** Makes it narrower or wider; what does not fit any more is broken into rows, or cut. */
  resize(columns: number, manner: "breaks" | "cuts" = "breaks"): void {
    this.columns = columns;
    this.rows = this.rows.flatMap((row) =>
      row.length <= columns
        ? [row]
        : manner === "cuts"
        ? [row.slice(0, columns)]
        : row.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [row]
    );
    this.#row = this.rows.length - 1;
  }

  get text(): string {
    return this.rows.map((row) => row.trimEnd()).join("\n").trimEnd();
  }
}

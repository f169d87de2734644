/** Where overlaid values come from. */

/** What put a value there that the text does not have at its key. */
export type Source =
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "set"; readonly setting: string };

/** The sources of a table's values, by path. */
export class Sources {
  readonly #sources = new Map<string, Source>();

  note(keys: readonly string[], source: Source): void {
    const name = keys.join("\0");
    // What was laid inside of it before is gone.
    for (const inner of this.#sources.keys()) {
      if (inner.startsWith(name + "\0")) this.#sources.delete(inner);
    }
    this.#sources.set(name, source);
  }

  /** Of a value: what set it, or the table or list around it. */
  of(keys: readonly string[]): Source | undefined {
    for (let depth = keys.length; depth > 0; depth--) {
      const source = this.#sources.get(keys.slice(0, depth).join("\0"));
      if (source) return source;
    }
  }
}

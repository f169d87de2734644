/** Where overlaid values come from. */

/** What put a value there that the text does not have at its key. */
export type Source =
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "set"; readonly setting: string };

/** The sources of a table's values, by path. */
export class Sources {
  readonly #sources = new Map<string, { source: Source; order: number }>();
  #order = 0;

  note(keys: readonly string[], source: Source): void {
    this.#sources.set(keys.join("\0"), { source, order: this.#order++ });
  }

  /** Of a value: what was laid last at its key, or at a table or list around it. */
  of(keys: readonly string[]): Source | undefined {
    let last: { source: Source; order: number } | undefined;
    for (let depth = keys.length; depth > 0; depth--) {
      const found = this.#sources.get(keys.slice(0, depth).join("\0"));
      if (found && (!last || found.order > last.order)) last = found;
    }
    return last?.source;
  }
}

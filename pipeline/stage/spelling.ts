/** Guesses which known word a misspelt one was meant to be. */

/**
 * The known word nearest to what was typed, if at most a third of the letters
 * differ, or two: changed, added, dropped or swapped with their neighbour
 * (optimal string alignment distance).
 */
export function nearest(
  typed: string,
  known: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const word of known) {
    // At least the letters that one has more must differ.
    if (Math.abs(typed.length - word.length) >= least) continue;
    const found = distance(typed.toLowerCase(), word.toLowerCase());
    // Where every letter differs, nothing is near.
    if (found >= Math.max(typed.length, word.length)) continue;
    if (found < least) [best, least] = [word, found];
  }
  return best;
}

function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const [above, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? rows[i - 2]![j - 2]! + 1
        : Infinity;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** What a misspelt word was meant to be. */

/**
 * The known word that needs the fewest letters changed, added, dropped or
 * swapped with their neighbour, if those are at most a third of the typed ones,
 * or two. (Optimal string alignment distance.)
 */
export function meant(
  typed: string,
  known: readonly string[],
): string | undefined {
  const limit = Math.max(2, Math.floor(typed.length / 3));
  const near = known.map((word) => ({ word, changes: changes(typed, word) }))
    .filter(({ changes }) => changes <= limit)
    .sort((a, b) => a.changes - b.changes);
  return near[0]?.word;
}

function changes(a: string, b: string): number {
  const table = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const above = table[i - 1]!;
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        above[j]! + 1,
        row[j - 1]! + 1,
        above[j - 1]! + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, table[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    table.push(row);
  }
  return table[a.length]![b.length]!;
}

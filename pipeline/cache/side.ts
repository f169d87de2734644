/**
 * Many things side by side, so many at a time. A module of its own, since every run
 * loads it, and whatever else there is of a cache only those who have one.
 */

/** Instances whose contents are brought, or given, at once: the disk is waited for together. */
export const TRANSFERS = 16;

/** Does something with each of many, so many at a time. */
export async function side<Item>(
  items: readonly Item[],
  most: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const next = items.values();
  await Promise.all(
    Array.from({ length: Math.min(most, items.length) }, async () => {
      for (const item of next) await act(item);
    }),
  );
}

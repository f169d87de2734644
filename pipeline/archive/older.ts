/**
 * What Node 18 and 20 lack of what the verifier's modules use. The first thing that
 * a packed verifier imports.
 */
Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...groups.get(key) ?? [], item]);
  }
  return groups;
};
Set.prototype.union ??= function (other) {
  return new Set([...this, ...other as Set<never>]);
};
Array.prototype.toSorted ??= function (compare) {
  return [...this].sort(compare);
};
URL.parse ??= (url, base) => {
  try {
    return new URL(url, base);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
};
URL.canParse ??= (url, base) => URL.parse(url, base) !== null;

/** Changes of facts, by what is one thing to a person. */
import { type Change, subject } from "../store/fingerprint.ts";
import { canonical } from "../stage/json.ts";

/** The kinds of facts, from those that a person sets to those that come along. */
const ORDER = ["param", "fact", "env", "code", "input", "order", "npm"];

/** Changes of what is one thing to a person. */
export interface Group {
  /** `param size`, `code stages/draw/stage.ts`, `npm sharp`, `input curves`. */
  readonly key: string;
  readonly members: readonly Change[];
  /** The name that it has now, if that is all that changed: `stages/other.ts`. */
  readonly to?: string;
}

/** Changes by what they are about, those that a person made first. */
export function groups(changes: readonly Change[]): Group[] {
  const rank = (key: string) => {
    const place = ORDER.indexOf(key.split(" ")[0] ?? "");
    return place < 0 ? ORDER.length : place;
  };
  const { renamed, rest } = renames(changes);
  return [
    ...renamed,
    ...[...Map.groupBy(rest, ({ fact }) => subject(fact))]
      .map(([key, members]) => ({ key, members })),
  ].toSorted((a, b) => rank(a.key) - rank(b.key));
}

/** A module or an input that has another name, and is the same else. */
function renames(
  changes: readonly Change[],
): { readonly renamed: readonly Group[]; readonly rest: readonly Change[] } {
  const kind = (fact: string) => fact.slice(0, fact.indexOf(" ") + 1);
  const part = (fact: string) => fact.slice(subject(fact).length);
  const same = ({ fact }: Change, value: Change["was"]) =>
    kind(fact) + part(fact) + canonical(value!); // it is there
  const fresh = new Map(
    changes.filter(({ fact, was, now }) =>
      was === undefined && now !== undefined && /^(code|input) /.test(fact)
    ).map((change) => [same(change, change.now), change]),
  );
  const pairs = changes.flatMap((gone) => {
    if (gone.now !== undefined || gone.was === undefined) return [];
    const now = fresh.get(same(gone, gone.was));
    return now ? [{ gone, now }] : [];
  });
  const renamed = [
    ...Map.groupBy(
      pairs,
      ({ gone, now }) =>
        JSON.stringify([subject(gone.fact), subject(now.fact)]),
    ),
  ].map(([names, members]) => {
    const [key, to]: [string, string] = JSON.parse(names);
    return {
      key,
      to: to.slice(kind(to).length),
      members: members.flatMap(({ gone, now }) => [gone, now]),
    };
  });
  const told = new Set<Change>(renamed.flatMap(({ members }) => members));
  return { renamed, rest: changes.filter((change) => !told.has(change)) };
}

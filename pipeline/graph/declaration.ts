/**
 * What a stage declares of one instance, checked before anything is made of it:
 * types alone keep neither infinity out nor what a cast lets in.
 */
import { type Failure, short } from "../failure.ts";
import { isInstanceOf, isName } from "../stage/names.ts";
import type { Declared } from "./graph.ts";

/** Deeper than anybody writes, and far from what the stack can hold. */
const DEEPEST = 100;

/** What is wrong with the declaration of an instance, if anything. */
export function declarationProblem(
  { id, stage, declaration }: Declared,
): Failure | undefined {
  const { params, hints, facts, permissions, outputs } = declaration;
  const { runs, inputs = {}, resources = {}, work = 1 } = declaration;
  const wrong = (seen: string, hint: string): Failure => ({
    kind: "declaration",
    what: `Cannot use the declaration of "${short(id)}"`,
    seen,
    hint,
  });
  const values = { params, hints, facts, env: permissions?.env };
  for (const [part, value] of Object.entries(values)) {
    const found = strange(value, 1);
    if (found) {
      return wrong(
        `${[part, ...found.at].slice(0, 8).join(".")} is ${found.is}`,
        "use what JSON has: finite numbers, texts, true, false, null, " +
          "lists and tables of these",
      );
    }
  }
  if (!isInstanceOf(id, stage)) {
    return wrong(
      "the name of the instance is too long or has odd characters",
      "use shorter axes and values, of letters, digits and hyphens",
    );
  }
  const odd = Object.keys(outputs).find((name) => !isName(name));
  if (odd !== undefined) {
    return wrong(
      `it names an output ${JSON.stringify(short(odd))}`,
      "use a name that can be printed and that no object has of its own",
    );
  }
  for (const [resource, wanted] of Object.entries(resources)) {
    if (wanted === undefined || Number.isFinite(wanted) && wanted >= 0) {
      continue;
    }
    return wrong(
      `it asks for ${wanted} of ${resource}`,
      "use a finite number from 0",
    );
  }
  const threads = runs.kind === "module" ? runs.threads ?? 1 : 1;
  if (!Number.isSafeInteger(threads) || threads < 1) {
    return wrong(
      `it has ${threads} threads`,
      "use a whole number from 1, which is the first of them",
    );
  }
  if (!Number.isFinite(work) || work <= 0) {
    return wrong(
      `it says that its work is ${work}`,
      "use a finite number above 0, in a unit of the stage's own",
    );
  }
  for (const [name, input] of Object.entries(inputs)) {
    if (input.kind !== "file" || !input.path.includes("\0")) continue;
    return wrong(
      `the path of its input ${JSON.stringify(name)} has a zero character`,
      "use the path of a file of the project",
    );
  }
}

/** The first part of a value that JSON does not have, and what it is. */
function strange(
  value: unknown,
  depth: number,
): { readonly at: readonly string[]; readonly is: string } | undefined {
  const here = (is: string) => ({ at: [], is });
  switch (typeof value) {
    case "undefined": // a setting that is not set
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : here(String(value));
    case "bigint":
    case "symbol":
    case "function":
      return here(`a ${typeof value}`);
    case "object":
  }
  if (value === null) return undefined;
  if (depth > DEEPEST) return here("nested too deeply");
  if (!Array.isArray(value) && !isPlain(value as object)) {
    return here("an object of a class");
  }
  for (const [key, inner] of Object.entries(value as object)) {
    if (inner === undefined && Array.isArray(value)) return here("a gap");
    const found = strange(inner, depth + 1);
    if (found) return { ...found, at: [key, ...found.at] };
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

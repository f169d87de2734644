/**
 * Every failure is told in one grammar: what happened is a sentence and no order,
 * what was seen is a clause, and the hint says what to do.
 */
import { deepEqual, equal } from "node:assert/strict";
import { join, relative } from "node:path";
import { type Node, parse } from "acorn";
import { stop, transform } from "esbuild";

const root = new URL("..", import.meta.url).pathname;

/** What a sentence may begin with: hardly a verb, whatever it is. */
const SENTENCE = /^(Cannot|The|An?|This|No|Two|All) |^["$]|^--/;
/** The rest of a sentence whose subject stands elsewhere. */
const PREDICATE = /^(is|are|the|an?|its|what) /;
/** A hint that describes instead of saying what to do. */
const STATEMENT = /^(the|an?|it|its|this|that|there|no|such|what|is) /;

const RULES: { readonly [part: string]: (text: string) => boolean } = {
  what: (text) => SENTENCE.test(text) || PREDICATE.test(text),
  seen: (text) => !/^(?!Deno )[A-Z][a-z]/.test(text),
  hint: (text) => !/^[A-Z]/.test(text) && !STATEMENT.test(text),
};

type Tree = Node & { readonly [key: string]: unknown };

/** A part of a message as the source has it. */
interface Part {
  readonly part: string;
  readonly texts: readonly string[];
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && "type" in value;
}

function* nodes(tree: Tree): Generator<Tree> {
  yield tree;
  for (const value of Object.values(tree).flat()) {
    if (isTree(value)) yield* nodes(value);
  }
}

/** All texts that an expression can give, with `$` for what is known only later. */
function texts(tree: unknown): string[] {
  if (!isTree(tree)) return [];
  const of = (key: string) => texts(tree[key]);
  switch (tree.type) {
    case "Literal":
      return [String(tree.value)];
    case "TemplateLiteral":
      return [
        (tree.quasis as { value: { cooked: string } }[])
          .map(({ value }) => value.cooked).join("$"),
      ];
    case "ConditionalExpression":
      return [...of("consequent"), ...of("alternate")];
    case "LogicalExpression":
      return [...of("left"), ...of("right")];
    case "BinaryExpression":
      return of("left").flatMap((a) => of("right").map((b) => a + b));
    default:
      return ["$"];
  }
}

/** The name of a thing, as it was before esbuild told equal ones apart by numbers. */
function nameOf(tree: unknown): string {
  if (!isTree(tree)) return "";
  if (tree.type === "PrivateIdentifier") return `#${tree.name}`;
  return String(tree.name ?? nameOf(tree.property ?? tree.key))
    .replace(/\d+$/, "");
}

/** Which argument of a function is a part of a message, by the function's name. */
type Takers = Map<string, Map<number, string>>;

function noteTakers(tree: Tree, takers: Takers): void {
  for (const node of nodes(tree)) {
    const init = node.init ?? node.value ?? node;
    if (!isTree(init) || !Array.isArray(init.params)) continue;
    let name = nameOf(node.id ?? node.key);
    if (name === "constructor") name = className(tree, node);
    init.params.forEach((param, at) => {
      const part = nameOf(param);
      if (name === "" || !Object.hasOwn(RULES, part)) return;
      takers.set(name, (takers.get(name) ?? new Map()).set(at, part));
    });
  }
}

function className(tree: Tree, method: Tree): string {
  const owner = [...nodes(tree)].find(({ type, body }) =>
    type.startsWith("Class") && isTree(body) && Array.isArray(body.body) &&
    body.body.includes(method)
  );
  return nameOf(owner?.id);
}

/** Every part of a message that a module writes down. */
function* parts(tree: Tree, takers: Takers): Generator<Part> {
  for (const node of nodes(tree)) {
    const name = nameOf(node.key ?? node.id);
    const value = node.type === "Property" ? node.value : node.init;
    if (Object.hasOwn(RULES, name)) yield { part: name, texts: texts(value) };
    const taken = takers.get(nameOf(node.callee));
    for (const [at, part] of taken ?? []) {
      const given = (node.arguments as Tree[])[at];
      yield { part, texts: texts(given) };
    }
  }
}

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* modules(path);
    else if (/\.[jt]s$/.test(name)) yield path;
  }
}

async function read(source: string): Promise<Tree> {
  const { code } = await transform(source, { loader: "ts" });
  const options = { ecmaVersion: "latest", sourceType: "module" } as const;
  return parse(code, options) as unknown as Tree;
}

function wrong(trees: ReadonlyMap<string, Tree>): string[] {
  const takers: Takers = new Map();
  for (const tree of trees.values()) noteTakers(tree, takers);
  return [...trees].flatMap(([module, tree]) =>
    [...parts(tree, takers)].flatMap(({ part, texts }) =>
      texts.filter((text) =>
        text !== "" && (!RULES[part]!(text) || /[^.]\.$/.test(text))
      ).map((text) => `${module}: ${part}: ${text}`)
    )
  ).sort();
}

Deno.test("no message is an order, and each of its parts has its form", async () => {
  try {
    const trees = new Map<string, Tree>();
    for (const folder of ["pipeline", "stages"]) {
      for await (const path of modules(join(root, folder))) {
        const tree = await read(await Deno.readTextFile(path));
        trees.set(relative(root, path), tree);
      }
    }
    const found = wrong(trees);
    equal(found.length, 0, found.join("\n"));
  } finally {
    await stop();
  }
});

Deno.test("a message in another form is found wherever it is written", async () => {
  const module = await read(`
    class Trouble extends Error { constructor(what, more) { super(what); } }
    const refuse = (what: string, hint?: string) => ({ what, hint });
    function tell(kind: string, what: string): void {}
    const what = "Write the file";
    fail({ kind: "a", what: odd ? "Use the store" : "Cannot use the store" });
    fail({ what: \`Read "\${name}"\`, seen: "It is gone", hint: "Run again" });
    fail({ what: "The disk is full", hint: "it has no space" });
    refuse("Open it", "open it.");
    tell("b", "Keep " + name);
    throw new Trouble("Stop here");
  `);
  try {
    deepEqual(wrong(new Map([["m", module]])), [
      "m: hint: Run again",
      "m: hint: it has no space",
      "m: hint: open it.",
      "m: seen: It is gone",
      "m: what: Keep $",
      "m: what: Open it",
      'm: what: Read "$"',
      "m: what: Stop here",
      "m: what: Use the store",
      "m: what: Write the file",
    ]);
  } finally {
    await stop();
  }
});

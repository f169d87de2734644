/** Parses the text of a module, and finds whether it looks at itself: at its own text, place or names. */
import { parse as acorn, type Program } from "acorn";

export type { Program } from "acorn";

/** How a module looks at itself or at code, beyond what it imports. */
export interface Looks {
  /** At the text or the position of functions: every byte counts. */
  readonly reflects: boolean;
  /** It may load code that nobody can foresee: every package counts. */
  readonly evaluates: boolean;
  /** It may start workers, which may read modules: every byte counts, too. */
  readonly starts: boolean;
  /** The specifiers that it gives `import.meta.resolve`. */
  readonly resolves: readonly string[];
  /** It gives `import.meta.resolve` what nobody can foresee. */
  readonly resolvesAny: boolean;
}

/** Parses; `undefined` for what acorn does not know yet. */
export function parse(text: string): Program | undefined {
  try {
    return acorn(text, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowHashBang: true,
    });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Names of what hands out the text of a function, or a place in it. `toString`
 * with an argument is a number's. `String(f)` cannot be told from a harmless one;
 * it is left to the author of a stage.
 */
const REFLECTION = new Set([
  "captureStackTrace",
  "getCallSites",
  "inspect",
  "prepareStackTrace",
  "stack",
  "stackTraceLimit",
  "toString",
]);

/** Names of what can run text as code, and with it import any package. */
const EVALUATION = new Set([
  "Function",
  "Worker",
  "compileFunction",
  "createRequire",
  "eval",
  "getBuiltinModule",
  "runInContext",
  "runInNewContext",
  "runInThisContext",
]);

/** What of `import.meta` says only where the module is. */
const PLACE = new Set(["dirname", "filename", "main", "url"]);

/** A node of the tree, whatever it is. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** How a module looks at itself: where that is unsure, it does. */
export function looksOf(program: Program | undefined): Looks {
  if (!program) {
    return {
      reflects: true,
      evaluates: true,
      starts: true,
      resolves: [],
      resolvesAny: true,
    };
  }
  let reflects = false;
  let evaluates = false;
  let starts = false;
  let resolvesAny = false;
  const resolves = new Set<string>();
  /** A name by which something is asked for, be it a property, an import or a text. */
  const ask = (name: string, called?: Node) => {
    if (EVALUATION.has(name)) evaluates = true;
    if (name === "Worker") starts = true;
    if (!REFLECTION.has(name)) return;
    // `lib.join([a, b])`; `number.toString(16)`.
    const harmless = called !== undefined &&
      (name === "stack" ||
        name === "toString" && (called.arguments as Node[]).length > 0);
    if (!harmless) reflects = true;
  };
  const visit = (node: Node, parent?: Node, above?: Node) => {
    switch (node.type) {
      case "Identifier":
        if (EVALUATION.has(node.name as string)) evaluates = true;
        if (node.name === "Worker") starts = true;
        break;
      case "Literal":
        if (typeof node.value === "string") ask(node.value);
        break;
      case "MemberExpression": {
        const name = propertyOf(node);
        if (name === undefined) break;
        const called = parent?.type === "CallExpression" &&
            parent.callee === node
          ? parent
          : undefined;
        ask(name, called);
        // The constructor of a function makes functions of texts.
        if (
          name === "constructor" &&
          !(parent?.type === "MemberExpression" &&
            propertyOf(parent) === "name")
        ) evaluates = true;
        break;
      }
      case "Property": {
        const name = node.computed ? undefined : nameOf(node.key as Node);
        if (name !== undefined && parent?.type === "ObjectPattern") ask(name);
        break;
      }
      case "ImportSpecifier":
        ask(nameOf(node.imported as Node) ?? "");
        break;
      case "MetaProperty": {
        if ((node.meta as Node).name !== "import") break; // new.target
        const name = parent?.type === "MemberExpression"
          ? propertyOf(parent)
          : undefined;
        if (name !== undefined && PLACE.has(name)) break;
        const [argument, ...more] = name === "resolve" &&
            above?.type === "CallExpression" && above.callee === parent
          ? above.arguments as Node[]
          : [];
        if (argument && typeof argument.value === "string" && !more.length) {
          resolves.add(argument.value);
        } else resolvesAny = true;
        break;
      }
    }
    for (const child of children(node)) visit(child, node, parent);
  };
  visit(program as unknown as Node);
  return {
    reflects,
    evaluates,
    starts,
    resolves: [...resolves].sort(),
    resolvesAny,
  };
}

/** The name of a property that is asked for, if it stands there. */
function propertyOf({ computed, property }: Node): string | undefined {
  if (!computed) return nameOf(property as Node);
  const { value } = property as Node;
  return typeof value === "string" ? value : undefined;
}

/** The name that an identifier or a text is. */
function nameOf({ name, value }: Node): string | undefined {
  return typeof name === "string"
    ? name
    : typeof value === "string"
    ? value
    : undefined;
}

function* children(node: Node): Generator<Node> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) yield* value.filter(isNode);
    else if (isNode(value)) yield value;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null &&
    typeof (value as Node).type === "string";
}

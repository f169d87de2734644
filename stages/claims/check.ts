/** Checks a claim's expression before anything runs: its words, and the types of its parts. */
import { nearest } from "../../pipeline/stage/spelling.ts";
import type { Expression } from "./syntax.ts";
import { parse } from "./syntax.ts";
import { ExpressionError } from "./token.ts";
import {
  CONSTANTS,
  FUNCTIONS,
  SCALARS,
  SERIES,
  stageOf,
  type Type,
} from "./vocabulary.ts";

/** What is wrong at one place of an expression. */
export interface Problem {
  readonly message: string;
  /** From 0. */
  readonly at: number;
  readonly length: number;
}

/** What an expression has to be. */
export interface Wanted {
  readonly type: "truth" | "number";
  /** Words that stand for a number, such as `tolerance`. */
  readonly constants?: readonly string[];
  /** The axes by which networks are selected; any are allowed without. */
  readonly axes?: readonly string[];
  /** The stages that measure something, as expressions write them; any without. */
  readonly stages?: readonly string[];
  /** Whether there are networks, whose measures have words of their own; there are unless it says no. */
  readonly networks?: boolean;
}

/** Everything that is wrong with a claim's expression; nothing if it can be judged. */
export function checkClaim(
  text: string,
  { type, constants = [], axes, stages, networks = true }: Wanted = {
    type: "truth",
  },
): Problem[] {
  try {
    const checked = new Check(constants, axes, stages, networks);
    checked.need(parse(text), type);
    return checked.problems;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { message, at, length } = error;
    return [{ message, at, length }];
  }
}

/** Characters of a line that are shown on each side of a problem. */
const AROUND = 60;

/** A problem with the line where it is, and carets below the words. */
export function describe(
  text: string,
  { message, at, length }: Problem,
): string {
  const first = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const last = end < 0 ? text.length : end;
  const whole = last - first <= 2 * AROUND;
  const start = whole ? first : Math.max(first, at - AROUND);
  const stop = whole ? last : Math.min(last, at + AROUND);
  const cut = start > first ? "…" : "";
  const line = cut + text.slice(start, stop) + (stop < last ? "…" : "");
  const carets = "^".repeat(Math.max(1, Math.min(length, stop - at)));
  return `${message}\n${line}\n${" ".repeat(at - start + cut.length)}${carets}`;
}

const WORDS: { readonly [type in Type | "either"]: string } = {
  either: "what a stage measured",
  number: "a number",
  truth: "a statement",
  series: "a series",
};

type Call = Extract<Expression, { kind: "call" }>;

/** One pass over an expression, which goes on after a problem. */
class Check {
  readonly problems: Problem[] = [];

  constructor(
    private readonly constants: readonly string[],
    private readonly axes: readonly string[] | undefined,
    private readonly stages: readonly string[] | undefined,
    private readonly networks: boolean,
  ) {}

  /** What has a problem inside has no type, so that one mistake is told once. */
  need(expression: Expression, wanted: Type): void {
    const found = this.#type(expression);
    if (found === undefined || found === wanted) return;
    // Whether a stage measures a number or a series is known when it has run.
    if (found === "either" && wanted !== "truth") return;
    const message = found === "series" && wanted === "number"
      ? "a series stands where a number is expected; ask it, as in final(…)"
      : `${WORDS[found]} stands where ${WORDS[wanted]} is expected`;
    this.#wrong(expression, message);
  }

  #wrong(expression: Expression, message: string): undefined {
    const { at } = expression;
    const length = "name" in expression
      ? expression.name.length
      : expression.kind === "binary"
      ? expression.operator.length
      : 1;
    this.problems.push({ message, at, length });
  }

  #type(expression: Expression): Type | "either" | undefined {
    switch (expression.kind) {
      case "number":
        return "number";
      case "minus":
        this.need(expression.of, "number");
        return "number";
      case "not":
        this.need(expression.of, "truth");
        return "truth";
      case "range": {
        const { value, low, high } = expression;
        for (const part of [value, low, high]) this.need(part, "number");
        if (
          low.kind === "number" && high.kind === "number" &&
          low.value > high.value
        ) {
          this.#wrong(low, "nothing lies in a range that ends below its start");
        }
        return "truth";
      }
      case "near": {
        const { value, distance, target } = expression;
        for (const part of [value, distance, target]) {
          this.need(part, "number");
        }
        return "truth";
      }
      case "binary": {
        const { operator, left, right } = expression;
        const logical = operator === "and" || operator === "or";
        this.need(left, logical ? "truth" : "number");
        this.need(right, logical ? "truth" : "number");
        return "+-*/".includes(operator) ? "number" : "truth";
      }
      case "name":
        return this.#name(expression);
      case "call":
        return this.#call(expression);
    }
  }

  #name(
    expression: Extract<Expression, { kind: "name" }>,
  ): Type | "either" | undefined {
    const { name } = expression;
    if (this.#ofStage(name)) return "either";
    if (this.constants.includes(name)) return "number";
    if (among(CONSTANTS, name)) {
      return this.#wrong(expression, `no "${name}" is set here`);
    }
    if (this.#measures(name)) {
      return this.#wrong(
        expression,
        `"${name}" needs a learning rate, as in ${name}(lr=0.01)`,
      );
    }
    return Object.hasOwn(FUNCTIONS, name)
      ? this.#wrong(expression, `"${name}" needs a series, as in ${name}(…)`)
      : this.#unknown(expression, name);
  }

  /** What a name that every network measures gives. */
  #measures(name: string): Type | undefined {
    if (!this.networks) return;
    if (among(SERIES, name)) return "series";
    if (among(SCALARS, name)) return "number";
  }

  #ofStage(name: string): boolean {
    const stage = stageOf(name);
    return stage !== undefined && this.#measures(name) === undefined &&
      (this.stages === undefined || this.stages.includes(stage));
  }

  #unknown(expression: Expression, name: string): undefined {
    const known = [
      ...Object.keys(FUNCTIONS),
      ...(this.networks ? [...SERIES, ...SCALARS] : []),
      ...this.constants,
      ...(this.stages ?? []).map((stage) => `${stage}.…`),
    ];
    const guess = nearest(name, known);
    return this.#wrong(
      expression,
      guess === undefined
        ? `"${short(name)}" is not known; known are ${known.join(", ")}`
        : `"${short(name)}" is not known; did you mean "${guess}"?`,
    );
  }

  #call(call: Call): Type | "either" | undefined {
    const { name, arguments: list, point } = call;
    if (this.#ofStage(name)) {
      return this.#placed(call) ? "either" : undefined;
    }
    const measured = this.#measures(name);
    if (measured !== undefined) return this.#measured(call, measured);
    if (!Object.hasOwn(FUNCTIONS, name)) return this.#unknown(call, name);
    const { gives, leaves } = FUNCTIONS[name]!; // it has it
    const wanted: Type[] = leaves === undefined
      ? ["series"]
      : ["series", "number"];
    if (list.length !== wanted.length || Object.keys(point).length > 0) {
      const words = wanted.map((type) => WORDS[type]).join(" and ");
      return this.#wrong(call, `"${name}" takes ${words}`);
    }
    list.forEach((argument, index) => this.need(argument, wanted[index]!));
    const n = list[1];
    if (n?.kind === "number" && (n.value < 1 || !Number.isInteger(n.value))) {
      this.#wrong(n, "values are counted by whole numbers from 1");
    }
    return gives;
  }

  #measured(call: Call, measured: Type): Type | undefined {
    const { name, point } = call;
    if (!this.#placed(call)) return;
    if (!Object.hasOwn(point, "lr")) {
      return this.#wrong(
        call,
        `"${name}" needs a learning rate, as in ${name}(lr=0.01)`,
      );
    }
    return measured;
  }

  /** Whether it is selected by places on axes alone, that there are. */
  #placed(call: Call): true | undefined {
    const { name, arguments: list, point } = call;
    if (list.length > 0) {
      return this.#wrong(
        call,
        `"${name}" takes only places, as lr=… and seed=…`,
      );
    }
    const other = this.axes &&
      Object.keys(point).find((axis) => !this.axes?.includes(axis));
    if (other !== undefined) {
      return this.#wrong(
        call,
        `"${name}" is selected by the axes ${
          this.axes?.join(", ")
        }, and not by "${short(other)}"`,
      );
    }
    return true;
  }
}

function among(words: readonly string[], word: string): boolean {
  return words.includes(word);
}

function short(word: string): string {
  return word.length > 40 ? `${word.slice(0, 39)}…` : word;
}

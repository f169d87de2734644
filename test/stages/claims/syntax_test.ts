import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { print } from "../../../stages/claims/print.ts";
import { type Expression, parse } from "../../../stages/claims/syntax.ts";
import { ExpressionError } from "../../../stages/claims/token.ts";
import { RESERVED } from "../../../stages/claims/vocabulary.ts";

/** An expression without its places. */
function bare(expression: Expression): unknown {
  return JSON.parse(
    JSON.stringify(
      expression,
      (key, value) => key === "at" ? undefined : value,
    ),
  );
}

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const part = tie("expression");
  const at = fc.constant(0);
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}(\.[a-z_]{1,3})?$/)
    .filter((word) => !RESERVED.includes(word));
  const number = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })
    .map((value) => value === 0 ? 0 : value); // -0 is written with a minus
  return {
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({ kind: fc.constant("number" as const), at, value: number }),
      fc.record({ kind: fc.constant("name" as const), at, name }),
      fc.record({
        kind: fc.constantFrom("not" as const, "minus" as const),
        at,
        of: part,
      }),
      fc.record({
        kind: fc.constant("range" as const),
        at,
        value: part,
        low: part,
        high: part,
      }),
      fc.record({
        kind: fc.constant("near" as const),
        at,
        value: part,
        distance: part,
        target: part,
      }),
      fc.record({
        kind: fc.constant("binary" as const),
        at,
        operator: fc.constantFrom(
          ..."or and < <= > >= == + - * /".split(" ") as "or"[],
        ),
        left: part,
        right: part,
      }),
      fc.record({
        kind: fc.constant("call" as const),
        at,
        name,
        arguments: fc.array(part, { maxLength: 2 }),
        point: fc.dictionary(
          fc.constantFrom("lr", "seed", "of_x"),
          fc.oneof(number, fc.constantFrom("8-4-2", "same", "")),
          { noNullPrototype: true },
        ),
      }),
    ),
  };
});

Deno.test("parse() gives back whatever print() wrote", () => {
  fc.assert(
    fc.property(expression, (one) => {
      deepEqual(bare(parse(print(one))), bare(one));
    }),
    { numRuns: 500 },
  );
});

Deno.test("print() writes no parentheses that change nothing", () => {
  for (
    const text of [
      "a + b * c - d / e",
      "(a + b) * (c - d)",
      "a - (b - c)",
      "a < b and c >= d or not e == -f",
      "(a or b) and c",
      "not (a and b)",
      "first(after(train_loss(lr=0.1), 2)) in 0.1..2 * 3",
      "test.mse(lr=0.1, seed=2) within 1e-7 of 0.5",
    ]
  ) equal(print(parse(text)), text);
});

Deno.test("parse() takes what stands for the same", () => {
  const same = (a: string, b: string) =>
    deepEqual(bare(parse(a)), bare(parse(b)));
  same("x in 1..2 and y in 3..4", "(x in 1..2) and (y in 3..4)");
  same("a and b or c and d", "(a and b) or (c and d)");
  same("not a < b", "not (a < b)");
  same(" a\n  +b", "a + b");
  same("0.10..0.12".replace(/^/, "x in "), "x in 0.1..0.12");
  same("f(a, lr=1,)", "f(a,lr=1)");
});

/** What is said of a text, and the word it is said of. */
function refused(text: string): [message: string, word: string] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [error.message, text.slice(error.at, error.at + error.length)];
  }
  return ["nothing", ""];
}

Deno.test("parse() points at the word that does not fit", () => {
  const expected = "is expected";
  deepEqual(refused("a +"), [
    `the end stands where a number, a name or a parenthesis ${expected}`,
    "",
  ]);
  deepEqual(refused("a b"), [`"b" stands where the end ${expected}`, "b"]);
  deepEqual(refused("(a"), [`the end stands where ")" ${expected}`, ""]);
  deepEqual(refused("x in 1, 2"), [`"," stands where ".." ${expected}`, ","]);
  deepEqual(refused("f(lr=x)"), [
    `"x" stands where a number, or a text in quotes, ${expected}`,
    "x",
  ]);
  deepEqual(refused("f(lr=1, lr=2)"), ['"lr" is given twice', "lr"]);
  deepEqual(refused("a # b"), ['"#" means nothing here', "#"]);
  deepEqual(refused("and > 3")[1], "and");
  deepEqual(refused("1 < x < 3"), [
    "comparisons do not follow each other: write low < x and x < high, or x in low..high",
    "<",
  ]);
});

Deno.test("parse() refuses what would be too deep for the stack", () => {
  for (const deep of ["(", "-", "not ", "f("]) {
    throws(() => parse(deep.repeat(1900)), ExpressionError);
  }
});

Deno.test("parse() takes as many things next to each other as one likes", () => {
  const text = Array(200).fill("(-f(a))").join(" + ");
  equal(print(parse(text)), text.replaceAll("(-f(a))", "-f(a)"));
});

Deno.test("parse() ends every text with an expression or an ExpressionError", () => {
  const piece = fc.constantFrom(
    ..."and or not in .. of within ( ) , = < a.b f( lr= 1.5 1e9 . - \n"
      .split(" "),
    " ",
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    refused(pieces.join(" "));
    refused(pieces.join(""));
  }));
});

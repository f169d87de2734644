// deno-fmt-ignore-file -- a row is a line
/**
 * Code before and after an edit: what must run again, and what need not. A new
 * way to be stale is a new row here.
 */

/** Files by path; a text alone is the stage's module, `a.ts`. */
export type Files = string | { readonly [path: string]: string };

/**
 * `reruns`: a program could tell the two apart. `stays`: none could, and nothing
 * runs again. `may`: none could, but to know that would cost more than it saves.
 */
export type Verdict = "reruns" | "stays" | "may";

/** One edit. */
export type Pair = readonly [
  name: string,
  verdict: Verdict,
  before: Files,
  after: Files,
];

/** A stage that returns an expression. */
const gives = (expression: string, top = "") =>
  `${top}\nexport default (task: any): unknown => ${expression};`;

/** The same stage beside another text of `b.ts`. */
const beside = (a: string, before: string, after: string) =>
  [{ "a.ts": a, "b.ts": before }, { "a.ts": a, "b.ts": after }] as const;

const useF = gives("f()", 'import { f } from "./b.ts";');
const useB = gives("b", 'import b from "./b.ts";');

/** Edits within a project with the same settings. */
export const PAIRS: readonly Pair[] = [
  // Text that no program sees.
  ["a comment", "stays", gives("1"), `// why\n${gives("1")} // what`],
  ["layout", "stays", gives("[1, 2]"), gives("[\n1,\n2,\n]")],
  ["parentheses", "stays", gives("1 + task.x"), gives("(1 + (task.x))")],
  ["quotes", "stays", gives('"x"'), gives("'x'")],
  ["an escape for the letter", "stays", gives('"A"'), gives('"\\u0041"')],
  ["another way to write a number", "stays", gives("1000"), gives("1e3")],
  ["a hashbang", "may", gives("1"), `#!/usr/bin/env deno\n${gives("1")}`],
  ["semicolons", "stays", "const x = 1; export default () => x;", "const x = 1\nexport default () => x"],
  ["shorthand for a property", "stays", gives("{ const x = task; return { x }; }"), gives("{ const x = task; return { x: x }; }")],
  // Types.
  ["a type", "stays", gives("1"), `type T = string;\n${gives("1 as number")}`],
  ["an interface and satisfies", "stays", gives("({ x: 1 })"), gives("({ x: 1 } satisfies I)", "interface I { x: number }")],
  ["a generic", "stays", gives("task.map((x: any) => x)"), gives("task.map(<T>(x: T): T => x)")],
  ["an overload", "stays", gives("f(1)", "function f(x: any) { return x; }"), gives("f(1)", "function f(x: number): number; function f(x: any) { return x; }")],
  ["declare and abstract", "stays", gives("1"), gives("1", "declare const z: number; export abstract class Z { abstract q(): void }")],
  ["a type that is imported", "stays", { "a.ts": gives("1"), "b.ts": "export type T = 1;" }, { "a.ts": gives("1 as T", 'import type { T } from "./b.ts";'), "b.ts": "export type T = 1;" }],
  ["the type in another module", "stays", ...beside(gives("1 as T", 'import type { T } from "./b.ts";'), "export type T = 1;", "export type T = 1 | 2;")],
  ["a constant beside a type that is imported", "stays", ...beside(gives("1 as T", 'import type { T } from "./b.ts";'), "export type T = 1; export const x = 1;", "export type T = 1; export const x = 2;")],
  // Names.
  ["the name of a local", "may", gives("{ const one = task; return one; }"), gives("{ const other = task; return other; }")],
  ["the name of a parameter", "may", "export default (task: any) => task.x;", "export default (zzz: any) => zzz.x;"],
  ["the name of a constant of the module", "may", gives("ONE", "const ONE = 1;"), gives("TWO", "const TWO = 1;")],
  ["the name under which something is imported", "may", { "a.ts": gives("f()", 'import { f } from "./b.ts";'), "b.ts": "export const f = () => 1;" }, { "a.ts": gives("g()", 'import { f as g } from "./b.ts";'), "b.ts": "export const f = () => 1;" }],
  ["the name of a local of another function", "stays", ...beside(useF, "export const f = (x = 1) => x; export const g = (y = 1) => y;", "export const f = (x = 1) => x; export const g = (x = 1) => x;")],
  ["an export that is new and has the name of a local", "stays", ...beside(useF, "export const f = (x = 1) => [x, x];", "export const f = (x = 1) => [x, x]; export const x = [1];")],
  ["an import that is new and has the name of a local", "stays", { "a.ts": useF, "b.ts": "export const f = (x = 1) => { const y = x; return [y, y]; };", "c.ts": "export const y = 1;" }, { "a.ts": useF, "b.ts": 'import { y } from "./c.ts"; export const f = (x = 1) => { const y = x; return [y, y]; }; export const g = () => y;', "c.ts": "export const y = 1;" }],
  ["the name of a function that tells it", "reruns", gives("f.name", "function f() {}"), gives("g.name", "function g() {}")],
  ["the name of an arrow that tells it", "reruns", gives("f.name", "const f = () => 1;"), gives("g.name", "const g = () => 1;")],
  ["the name of a class that tells it", "reruns", gives("A.name", "class A {}"), gives("B.name", "class B {}")],
  ["the name of the stage", "reruns", "export default function f() { return f.name; }", "export default function g() { return g.name; }"],
  ["two locals that change places", "reruns", gives("{ const [a, b] = task; return a - b; }"), gives("{ const [a, b] = task; return b - a; }")],
  ["two parameters that change places", "reruns", gives("((a, b) => a - b)(1, 2)"), gives("((b, a) => a - b)(1, 2)")],
  ["a class within a class, and which is meant", "reruns", gives("new A().m().x()", "class A { m() { return new (class B { x() { return [A, B]; } })(); } }"), gives("new A().m().x()", "class A { m() { return new (class B { x() { return [B, A]; } })(); } }")],
  ["a local that hides a constant", "reruns", gives("{ const y = 2; return x + y; }", "const x = 1;"), gives("{ const x = 2; return x + x; }", "const x = 1;")],
  ["a global in the place of a local", "reruns", gives("[Math, 1]"), gives("{ const Math = 1; return [Math, 1]; }")],
  ["arguments in the place of a local", "reruns", gives("f(1)", "function f(x: any) { return [x, x]; }"), gives("f(1)", "function f(x: any) { return [x, arguments]; }")],
  ["the name of a private field", "may", gives("new A().x", "class A { #p = 1; get x() { return this.#p; } }"), gives("new A().x", "class A { #q = 1; get x() { return this.#q; } }")],
  ["two private fields that change places", "reruns", gives("new A().x", "class A { #p = 1; #q = 2; get x() { return this.#p; } }"), gives("new A().x", "class A { #p = 1; #q = 2; get x() { return this.#q; } }")],
  // Constants and operators.
  ["a number", "reruns", gives("1"), gives("2")],
  ["a number in its last place", "reruns", gives("0.1"), gives("0.10000000000000002")],
  ["the sign of zero", "reruns", gives("1 / x", "const x = 0;"), gives("1 / x", "const x = -0;")],
  ["a number beyond all", "reruns", gives("1e308"), gives("1e309")],
  ["a bigint for a number", "reruns", gives("1"), gives("1n")],
  ["a text", "reruns", gives('"a"'), gives('"b"')],
  ["white space in a text", "reruns", gives('"a b"'), gives('"a  b"')],
  ["a comment in a text", "reruns", gives('"a /* b */"'), gives('"a /* c */"')],
  ["a template", "reruns", gives("`a${task}`"), gives("`b${task}`")],
  ["white space in a template", "reruns", gives("`a\nb`"), gives("`a\n b`")],
  ["what a tag sees of a template", "reruns", gives("String.raw`A`"), gives("String.raw`\\u0041`")],
  ["a pattern", "reruns", gives("/a/.test(task)"), gives("/b/.test(task)")],
  ["the flags of a pattern", "reruns", gives("/a/.test(task)"), gives("/a/i.test(task)")],
  ["an operator", "reruns", gives("task.x + 1"), gives("task.x - 1")],
  ["the order of operators", "reruns", gives("(task.x + 1) * 2"), gives("task.x + 1 * 2")],
  ["== for ===", "reruns", gives("task.x === 1"), gives("task.x == 1")],
  ["?? for ||", "reruns", gives("task.x ?? 1"), gives("task.x || 1")],
  ["an optional chain", "reruns", gives("task.x.y"), gives("task.x?.y")],
  ["a property", "reruns", gives("task.x"), gives("task.y")],
  ["the order of keys", "reruns", gives("({ a: 1, b: 2 })"), gives("({ b: 2, a: 1 })")],
  ["a hole in an array", "reruns", gives("[1, , 2]"), gives("[1, undefined, 2]")],
  ["the default of a parameter", "reruns", gives("f()", "const f = (x = 1) => x;"), gives("f()", "const f = (x = 2) => x;")],
  ["the number of parameters", "reruns", gives("f.length", "const f = (x: any) => x;"), gives("f.length", "const f = (x: any, _y: any) => x;")],
  ["await", "reruns", "export default async (t: any) => await t;", "export default async (t: any) => [t];"],
  ["a generator", "reruns", gives("[...f()]", "function* f() { yield 1; }"), gives("[...f()]", "function* f() { yield* [2]; }")],
  ["a label", "reruns", gives("{ a: for (;;) { for (;;) break a; } return 1; }"), gives("{ for (;;) { for (;;) break; return 2; } }")],
  ["a getter for a value", "reruns", gives("({ get x() { return task.n++; } })"), gives("({ x: task.n++ })")],
  ["an unused function", "stays", gives("1", "function f() { return 1; }"), gives("1", "function f() { return 2; }")],
  ["an unused export", "stays", gives("1", "export const x = 1;"), gives("1", "export const x = 2;")],
  ["an export that is new", "stays", gives("1"), gives("1", "export const x = [1];")],
  ["a constant that a used function uses", "reruns", gives("f()", "const x = 1; function f() { return x; }"), gives("f()", "const x = 2; function f() { return x; }")],
  // What happens on loading.
  ["an effect", "reruns", gives("(globalThis as any).x"), gives("(globalThis as any).x", "(globalThis as any).x = 1;")],
  ["the value of an effect", "reruns", gives("(globalThis as any).x", "(globalThis as any).x = 1;"), gives("(globalThis as any).x", "(globalThis as any).x = 2;")],
  ["the order of effects", "reruns", gives("x", "const x: number[] = []; x.push(1); x.push(2);"), gives("x", "const x: number[] = []; x.push(2); x.push(1);")],
  ["an annotation that promises no effect", "reruns", gives("(globalThis as any).x", "const f = (x: any) => (globalThis as any).x = x; /* @__PURE__ */ f(1);"), gives("(globalThis as any).x", "const f = (x: any) => (globalThis as any).x = x; /* @__PURE__ */ f(2);")],
  ["an annotated call in place that has an effect", "reruns", gives("(globalThis as any).x", "/* @__PURE__ */ (() => { (globalThis as any).x = 1; })();"), gives("(globalThis as any).x", "/* @__PURE__ */ (() => { (globalThis as any).x = 2; })();")],
  ["the effect of a getter in a spread", "reruns", gives("log", "const log: any[] = []; const x = { get y() { return log.push(1); } }; const z = { ...x };"), gives("log", "const log: any[] = []; const x = { get y() { return log.push(2); } }; const z = { ...x };")],
  ["an effect of valueOf", "reruns", gives("log", "const log: any[] = []; const x = { valueOf() { return log.push(1); } }; const z = +x;"), gives("log", "const log: any[] = []; const x = { valueOf() { return log.push(2); } }; const z = +x;")],
  ["an effect of a text of an object", "reruns", gives("log", "const log: any[] = []; const x: any = { toJSON: 1, [Symbol.toPrimitive]() { return log.push(1); } }; const z = `${x}`;"), gives("log", "const log: any[] = []; const x: any = { toJSON: 1, [Symbol.toPrimitive]() { return log.push(2); } }; const z = `${x}`;")],
  ["an effect of a getter", "reruns", gives("log", "const log: any[] = []; const x = { get y() { return log.push(1); } }; x.y;"), gives("log", "const log: any[] = []; const x = { get y() { return log.push(2); } }; x.y;")],
  ["an effect of a pattern", "reruns", gives("log", "const log: any[] = []; const { y } = { get y() { return log.push(1); } };"), gives("log", "const log: any[] = []; const { y } = { get y() { return log.push(2); } };")],
  ["an effect of a static field", "reruns", gives("log", "const log: any[] = []; class A { static x = log.push(1); }"), gives("log", "const log: any[] = []; class A { static x = log.push(2); }")],
  ["an effect of a static block", "reruns", gives("log", "const log: any[] = []; class A { static { log.push(1); } }"), gives("log", "const log: any[] = []; class A { static { log.push(2); } }")],
  ["an effect of a computed key", "reruns", gives("log", "const log: any[] = []; class A { [log.push(1)]() {} }"), gives("log", "const log: any[] = []; class A { [log.push(2)]() {} }")],
  ["an effect of a decorator", "reruns", gives("log", "const log: any[] = []; const d = (..._: any[]) => { log.push(1); }; @d class A {}"), gives("log", "const log: any[] = []; const d = (..._: any[]) => { log.push(2); }; @d class A {}")],
  ["an effect of a tag", "reruns", gives("log", "const log: any[] = []; const t = (_: any) => log.push(1); t`x`;"), gives("log", "const log: any[] = []; const t = (_: any) => log.push(2); t`x`;")],
  ["an effect in a module of which nothing is used", "reruns", ...beside(gives("(globalThis as any).x", 'import "./b.ts";'), "(globalThis as any).x = 1;", "(globalThis as any).x = 2;")],
  ["the order in which modules are loaded", "reruns", { "a.ts": gives("(globalThis as any).x", 'import "./b.ts"; import "./c.ts";'), "b.ts": "(globalThis as any).x = 1;", "c.ts": "(globalThis as any).x = 2;" }, { "a.ts": gives("(globalThis as any).x", 'import "./c.ts"; import "./b.ts";'), "b.ts": "(globalThis as any).x = 1;", "c.ts": "(globalThis as any).x = 2;" }],
  ["top-level await", "reruns", gives("x", "const x = await Promise.resolve(1);"), gives("x", "const x = await Promise.resolve(2);")],
  ["a variable that loading changes", "reruns", gives("x", "let x = 1; x = 2;"), gives("x", "let x = 1; x = 3;")],
  ["a variable that another module's loading changes", "reruns", { "a.ts": gives("x", 'import { x } from "./b.ts"; import "./c.ts";'), "b.ts": "export let x = 1; export const set = (y: number) => { x = y; };", "c.ts": 'import { set } from "./b.ts"; set(2);' }, { "a.ts": gives("x", 'import { x } from "./b.ts"; import "./c.ts";'), "b.ts": "export let x = 1; export const set = (y: number) => { x = y; };", "c.ts": 'import { set } from "./b.ts"; set(3);' }],
  // Imports and exports.
  ["the function that is imported", "reruns", ...beside(useF, "export const f = () => 1;", "export const f = () => 2;")],
  ["another function of its module", "stays", ...beside(useF, "export const f = () => 1; export const g = () => 1;", "export const f = () => 1; export const g = () => 2;")],
  ["a constant that an import decides on", "reruns", ...beside(gives("x", 'import { b } from "./b.ts"; const x = b ? "one" : "two";'), "export const b = 1;", "export const b = 0;")],
  ["the branch that an import decides on", "reruns", { "a.ts": gives("x", 'import { b } from "./b.ts"; const x = b ? "one" : "two";'), "b.ts": "export const b = 0;" }, { "a.ts": gives("x", 'import { b } from "./b.ts"; const x = b ? "one" : "three";'), "b.ts": "export const b = 0;" }],
  ["the type of an import", "reruns", { "a.ts": gives("x", 'import { b } from "./b.ts"; const x = typeof b === "object" ? "one" : "two";'), "b.ts": "export const b = 0;" }, { "a.ts": gives("x", 'import { b } from "./b.ts"; const x = typeof b === "object" ? "one" : "three";'), "b.ts": "export const b = 0;" }],
  ["a default", "reruns", ...beside(useB, "export default 1;", "export default 2;")],
  ["a default that is a class", "reruns", ...beside(useB, "export default class { x = 1 }", "export default class { x = 2 }")],
  ["which module a name comes from", "reruns", { "a.ts": gives("f", 'import { f } from "./b.ts";'), "b.ts": "export const f = 1;", "c.ts": "export const f = 1.5;" }, { "a.ts": gives("f", 'import { f } from "./c.ts";'), "b.ts": "export const f = 1;", "c.ts": "export const f = 1.5;" }],
  ["which name is imported", "reruns", { "a.ts": gives("f", 'import { f } from "./b.ts";'), "b.ts": "export const f = 1, g = 2;" }, { "a.ts": gives("f", 'import { g as f } from "./b.ts";'), "b.ts": "export const f = 1, g = 2;" }],
  ["two imports that change places", "reruns", { "a.ts": gives("[f, g]", 'import { f, g } from "./b.ts";'), "b.ts": "export const f = 1, g = 2;" }, { "a.ts": gives("[f, g]", 'import { f as g, g as f } from "./b.ts";'), "b.ts": "export const f = 1, g = 2;" }],
  ["a namespace", "reruns", ...beside(gives("b.f()", 'import * as b from "./b.ts";'), "export const f = () => 1;", "export const f = () => 2;")],
  ["an export that a namespace shows", "reruns", ...beside(gives("Object.keys(b)", 'import * as b from "./b.ts";'), "export const f = 1;", "export const f = 1, g = 2;")],
  ["a re-export by name", "reruns", { "a.ts": useF, "b.ts": 'export { f } from "./c.ts";', "c.ts": "export const f = () => 1; export const g = () => 2;" }, { "a.ts": useF, "b.ts": 'export { g as f } from "./c.ts";', "c.ts": "export const f = () => 1; export const g = () => 2;" }],
  ["what is re-exported", "reruns", { "a.ts": useF, "b.ts": 'export { f } from "./c.ts";', "c.ts": "export const f = () => 1;" }, { "a.ts": useF, "b.ts": 'export { f } from "./c.ts";', "c.ts": "export const f = () => 2;" }],
  ["what is re-exported by a star", "reruns", { "a.ts": useF, "b.ts": 'export * from "./c.ts";', "c.ts": "export const f = () => 1;" }, { "a.ts": useF, "b.ts": 'export * from "./c.ts";', "c.ts": "export const f = () => 2;" }],
  ["a name of one's own before that of a star", "reruns", { "a.ts": useF, "b.ts": 'export * from "./c.ts";', "c.ts": "export const f = () => 1;" }, { "a.ts": useF, "b.ts": 'export * from "./c.ts"; export const f = () => 2;', "c.ts": "export const f = () => 1;" }],
  ["a star as a name", "reruns", { "a.ts": gives("c.f", 'import { c } from "./b.ts";'), "b.ts": 'export * as c from "./c.ts";', "c.ts": "export const f = 1;" }, { "a.ts": gives("c.f", 'import { c } from "./b.ts";'), "b.ts": 'export * as c from "./c.ts";', "c.ts": "export const f = 2;" }],
  ["import() of a name", "reruns", ...beside('export default async () => (await import("./b.ts")).f;', "export const f = 1;", "export const f = 2;")],
  ["what import() names", "reruns", { "a.ts": 'export default async () => (await import("./b.ts")).f;', "b.ts": "export const f = 1;", "c.ts": "export const f = 1;" }, { "a.ts": 'export default async () => (await import("./c.ts")).f;', "b.ts": "export const f = 1;", "c.ts": "export const f = 1;" }],
  ["import() in a module of which another function is used", "stays", { "a.ts": useF, "b.ts": 'export const f = () => 1; export const g = () => import("./c.ts");', "c.ts": "export const x = 1;" }, { "a.ts": useF, "b.ts": 'export const f = () => 1; export const g = () => import("./c.ts");', "c.ts": "export const x = 2;" }],
  ["JSON", "reruns", { "a.ts": gives("b", 'import b from "./b.json" with { type: "json" };'), "b.json": '{"x": 1}' }, { "a.ts": gives("b", 'import b from "./b.json" with { type: "json" };'), "b.json": '{"x": 2}' }],
  ["layout of JSON", "may", { "a.ts": gives("b", 'import b from "./b.json" with { type: "json" };'), "b.json": '{"x": 1}' }, { "a.ts": gives("b", 'import b from "./b.json" with { type: "json" };'), "b.json": '{"x":1}' }],
  ["JSON as text", "reruns", { "a.ts": gives("b", 'import b from "./b.json" with { type: "json" };'), "b.json": '{"x": 1}' }, { "a.ts": gives("b", 'import b from "./b.json" with { type: "text" };'), "b.json": '{"x": 1}' }],
  ["text as bytes", "reruns", { "a.ts": gives("b", 'import b from "./b.txt" with { type: "text" };'), "b.txt": "x" }, { "a.ts": gives("b", 'import b from "./b.txt" with { type: "bytes" };'), "b.txt": "x" }],
  ["JSON as text by import()", "reruns", { "a.ts": 'export default async () => await import("./b.json", { with: { type: "json" } });', "b.json": "{}" }, { "a.ts": 'export default async () => await import("./b.json", { with: { type: "text" } });', "b.json": "{}" }],
  ["JSON as text in another function", "may", { "a.ts": gives("1", 'import b from "./b.json" with { type: "json" }; export const x = () => b;'), "b.json": "{}" }, { "a.ts": gives("1", 'import b from "./b.json" with { type: "text" }; export const x = () => b;'), "b.json": "{}" }],
  ["text", "reruns", { "a.ts": gives("b", 'import b from "./b.txt" with { type: "text" };'), "b.txt": "x" }, { "a.ts": gives("b", 'import b from "./b.txt" with { type: "text" };'), "b.txt": "y" }],
  // Texts that look like code.
  ["a text that looks like an import", "reruns", gives("x", `const x = 'import{a}from"./b.ts";';`), gives("x", `const x = 'import{b}from"./b.ts";';`)],
  ["layout of a text that looks like an import", "reruns", gives("x", `const x = 'import a from"./b.ts";';`), gives("x", `const x = 'import a from "./b.ts";';`)],
  ["attributes in a text that looks like an import", "reruns", gives("x", `const x = 'import a from"./b.ts"with{type:"json"};';`), gives("x", `const x = 'import a from"./b.ts"with{type:"text"};';`)],
  ["another way to write an import in a text", "reruns", gives("x", `const x = 'import{default as a}from"./b.ts";';`), gives("x", `const x = 'import a from"./b.ts";';`)],
  ["a text that looks like an export", "reruns", gives("x", `const x = 'export{a};';`), gives("x", `const x = 'export{b};';`)],
  ["a template that looks like an import", "reruns", gives('x`import a from"./b.ts";`', "const x = (y: any) => y.raw;"), gives('x`import a  from"./b.ts";`', "const x = (y: any) => y.raw;")],
  ["a pattern that looks like a mark of an import", "reruns", { "a.ts": gives("[f, /import f from %2e%%2f%b%2e%ts/]", 'import { f } from "./b.ts";'), "b.ts": "export const f = 1;" }, { "a.ts": gives("[f, f]", 'import { f } from "./b.ts";'), "b.ts": "export const f = 1;" }],
  // Classes, enums, namespaces.
  ["a field", "reruns", gives("new A()", "class A { x = 1 }"), gives("new A()", "class A { x = 2 }")],
  ["a field without a value", "reruns", gives("Object.keys(new A())", "class A { declare x?: number }"), gives("Object.keys(new A())", "class A { x?: number }")],
  ["a property of the constructor's parameter", "reruns", gives("new A(1)", "class A { constructor(x: number) {} }"), gives("new A(1)", "class A { constructor(public x: number) {} }")],
  ["a super class", "reruns", gives("new C()", "class A { x = 1 } class B { x = 2 } class C extends A {}"), gives("new C()", "class A { x = 1 } class B { x = 2 } class C extends B {}")],
  ["a decorator", "reruns", gives("new A().m()", "const d = (f: any, _: any) => () => 1; class A { @d m() { return 0; } }"), gives("new A().m()", "const d = (f: any, _: any) => () => 2; class A { @d m() { return 0; } }")],
  ["a decorator that is new", "reruns", gives("new A().m()", "const d = (f: any, _: any) => () => 1; class A { m() { return 0; } }"), gives("new A().m()", "const d = (f: any, _: any) => () => 1; class A { @d m() { return 0; } }")],
  ["an enum", "reruns", gives("E.A", "enum E { A = 1 }"), gives("E.A", "enum E { A = 2 }")],
  ["the order of an enum", "reruns", gives("E.A", "enum E { A, B }"), gives("E.A", "enum E { B, A }")],
  ["a const enum", "reruns", gives("E.A", "const enum E { A = 1 }"), gives("E.A", "const enum E { A = 2 }")],
  ["a const enum of another module", "reruns", ...beside(gives("E.A", 'import { E } from "./b.ts";'), "export const enum E { A = 1 }", "export const enum E { A = 2 }")],
  ["an enum that nobody uses", "stays", gives("1", "enum E { A = 1 }"), gives("1", "enum E { A = 2 }")],
  ["a namespace of TypeScript", "reruns", gives("N.x", "namespace N { export const x = 1; }"), gives("N.x", "namespace N { export const x = 2; }")],
  ["using", "reruns", gives("{ using x = task; return 1; }"), gives("{ const x = task; return 1; }")],
  // Code that looks at code.
  ["a comment before toString()", "reruns", gives("f.toString()", "const f = () => 1; // x"), gives("f.toString()", "const f = () => 1; // y")],
  ["a comment in a function that toString() shows", "reruns", gives("f.toString()", "const f = () => /* x */ 1;"), gives("f.toString()", "const f = () => /* y */ 1;")],
  ["toString by a computed name", "reruns", gives('f["toString"]()', "const f = () => /* x */ 1;"), gives('f["toString"]()', "const f = () => /* y */ 1;")],
  ["toString out of a pattern", "reruns", gives("toString.call(f)", "const { toString } = Function.prototype; const f = () => /* x */ 1;"), gives("toString.call(f)", "const { toString } = Function.prototype; const f = () => /* y */ 1;")],
  ["a line before a stack", "reruns", gives("new Error().stack"), `\n${gives("new Error().stack")}`],
  ["a stack out of a pattern", "reruns", gives("{ const { stack } = new Error(); return stack; }"), `\n${gives("{ const { stack } = new Error(); return stack; }")}`],
  ["a stack out of an optional chain", "reruns", gives("task?.stack"), `\n${gives("task?.stack")}`],
  ["a stack by a computed name", "reruns", gives('new Error()["stack"]'), `\n${gives('new Error()["stack"]')}`],
  ["a stack by Deno.inspect", "reruns", gives("Deno.inspect(new Error())"), `\n${gives("Deno.inspect(new Error())")}`],
  ["a stack by node:util", "reruns", gives("inspect(new Error())", 'import { inspect } from "node:util";'), gives("inspect(new Error())", 'import { inspect } from "node:util";\n')],
  ["a place by getCallSites", "reruns", gives("u.getCallSites()", 'import * as u from "node:util";'), gives("u.getCallSites()", 'import * as u from "node:util";\n')],
  ["a stack of another module's function", "reruns", ...beside(gives("f().stack", 'import { f } from "./b.ts";'), "export const f = () => new Error();", "\nexport const f = () => new Error();")],
  ["what eval() may see", "reruns", gives("eval(task)", "const x = 1;"), gives("eval(task)", "const x = 2;")],
  ["code of Function", "reruns", gives('Function("return 1")()'), gives('Function("return 2")()')],
  ["a comment in a module that a worker may read", "reruns", ...beside(gives("[new Worker(task), f]", 'import { f } from "./b.ts";'), "export const f = 1; // x", "export const f = 1; // y")],
  ["what a thread runs", "reruns", gives("1", "export function thread() { return 1; }"), gives("1", "export function thread() { return 2; }")],
  ["a function that a thread runs", "reruns", ...beside(gives("1", 'export { f as thread } from "./b.ts";'), "export const f = () => 1; export const x = 1;", "export const f = () => 2; export const x = 1;")],
  ["what is beside a function that a thread runs", "stays", ...beside(gives("1", 'export { f as thread } from "./b.ts";'), "export const f = () => 1; export const x = 1;", "export const f = () => 1; export const x = 2; // why")],
  ["import.meta.url", "reruns", gives("import.meta.url"), gives("import.meta.filename")],
  ["another path that import.meta.resolve gives", "reruns", gives('import.meta.resolve("./x.ts")'), gives('import.meta.resolve("./y.ts")')],
  // jsx, with the settings as they are.
  ["jsx", "reruns", { "a.ts": useF, "b.ts": 'export { f } from "./c.tsx";', "c.tsx": "const h = (...x: any[]) => x; export const f = () => <a/>;" }, { "a.ts": useF, "b.ts": 'export { f } from "./c.tsx";', "c.tsx": "const h = (...x: any[]) => x; export const f = () => <b/>;" }],
  ["a pragma of jsx", "reruns", { "a.ts": useF, "b.ts": 'export { f } from "./c.tsx";', "c.tsx": "/** @jsx h */ const h = (...x: any[]) => x, k = () => 1; export const f = () => <a/>;" }, { "a.ts": useF, "b.ts": 'export { f } from "./c.tsx";', "c.tsx": "/** @jsx k */ const h = (...x: any[]) => x, k = () => 1; export const f = () => <a/>;" }],
];

const SETTINGS = { nodeModulesDir: "manual" };
const settings = (more: object) => JSON.stringify({ ...SETTINGS, ...more });
const compiler = (compilerOptions: object) => settings({ compilerOptions });
const jsx = {
  "a.ts": gives("f()", 'import { f } from "./c.tsx";'),
  "c.tsx": "const h = (...x: any[]) => x; export const f = () => <p>{h}</p>;",
};
const member = (compilerOptions: object) => ({
  "deno.json": settings({ workspace: ["./m"] }),
  "a.ts": gives("f()", 'import { f } from "./m/c.tsx";'),
  "m/c.tsx": jsx["c.tsx"],
  "m/deno.json": JSON.stringify({ compilerOptions }),
});
const withConfig = (tsconfig: string) => ({
  ...jsx,
  "package.json": "{}",
  "tsconfig.json": tsconfig,
});
const mapped = (imports: object, more: object = {}) => ({
  "deno.json": settings({ imports, ...more }),
  "a.ts": gives("lib", 'import { lib } from "lib";'),
  "one.ts": "export const lib = 1;",
  "two.ts": "export const lib = 2;",
});
const resolving = (imports: object, call = 'import.meta.resolve("lib")') => ({
  "deno.json": settings({ imports }),
  "a.ts": gives(call),
});
const resolvingMember = (imports: object) => ({
  "deno.json": settings({ workspace: ["./m"] }),
  "a.ts": gives("f()", 'import { f } from "./m/b.ts";'),
  "m/b.ts": 'export const f = () => import.meta.resolve("lib");',
  "m/deno.json": JSON.stringify({ imports }),
});

/** Edits of settings: a project each. */
export const PROJECTS: readonly Pair[] = [
  ["a task of deno.json", "stays", { "a.ts": gives("1"), "deno.json": settings({ tasks: { a: "b" } }) }, { "a.ts": gives("1"), "deno.json": settings({ tasks: { a: "c" } }) }],
  ["the format of deno.json", "stays", { "a.ts": gives("1"), "deno.json": settings({ fmt: { lineWidth: 80 } }) }, { "a.ts": gives("1"), "deno.json": settings({ fmt: { lineWidth: 90 } }) }],
  ["a strictness of types", "stays", { "a.ts": gives("1"), "deno.json": compiler({ strict: true }) }, { "a.ts": gives("1"), "deno.json": compiler({ strict: false }) }],
  ["an unstable feature", "reruns", { "a.ts": gives("1"), "deno.json": settings({}) }, { "a.ts": gives("1"), "deno.json": settings({ unstable: ["temporal"] }) }],
  ["a setting of Deno's that nobody knows yet", "reruns", { "a.ts": gives("1"), "deno.json": settings({ newThing: 1 }) }, { "a.ts": gives("1"), "deno.json": settings({ newThing: 2 }) }],
  ["how jsx is compiled", "reruns", { ...jsx, "deno.json": compiler({ jsx: "react", jsxFactory: "h" }) }, { ...jsx, "deno.json": compiler({ jsx: "react", jsxFactory: "f" }) }],
  ["which elements of jsx are not precompiled", "reruns", { ...jsx, "deno.json": compiler({ jsx: "react", jsxFactory: "h", jsxPrecompileSkipElements: ["a"] }) }, { ...jsx, "deno.json": compiler({ jsx: "react", jsxFactory: "h", jsxPrecompileSkipElements: ["b"] }) }],
  ["the kind of decorators", "reruns", { "a.ts": gives("1"), "deno.json": compiler({}) }, { "a.ts": gives("1"), "deno.json": compiler({ experimentalDecorators: true }) }],
  ["the compiler options of a member", "reruns", member({ jsx: "react", jsxFactory: "h" }), member({ jsx: "react", jsxFactory: "k" })],
  ["a strictness of a member", "may", member({ strict: true }), member({ strict: false })],
  ["a tsconfig beside a package.json", "reruns", withConfig('{"compilerOptions": {"jsx": "react", "jsxFactory": "h"}}'), withConfig('{"compilerOptions": {"jsx": "react", "jsxFactory": "k"}}')],
  ["a tsconfig that is new", "reruns", { ...jsx, "package.json": "{}" }, withConfig('{"compilerOptions": {"jsx": "react", "jsxFactory": "k"}}')],
  ["a name of the import map that is used", "reruns", mapped({ lib: "./one.ts" }), mapped({ lib: "./two.ts" })],
  ["a name of the import map that is not used", "stays", mapped({ lib: "./one.ts" }), mapped({ lib: "./one.ts", other: "./two.ts" })],
  ["a scope of the import map", "reruns", mapped({ lib: "./one.ts" }), mapped({ lib: "./one.ts" }, { scopes: { "./": { lib: "./two.ts" } } })],
  ["what import.meta.resolve finds", "reruns", resolving({ lib: "./one.ts" }), resolving({ lib: "./two.ts" })],
  ["what import.meta.resolve finds below a name", "reruns", resolving({ "lib/": "./one/" }, 'import.meta.resolve("lib/x")'), resolving({ "lib/": "./two/" }, 'import.meta.resolve("lib/x")')],
  ["what import.meta.resolve does not ask for", "stays", resolving({ lib: "./one.ts", x: "./x.ts" }), resolving({ lib: "./one.ts", x: "./y.ts" })],
  ["what import.meta.resolve finds of a computed name", "reruns", resolving({ lib: "./one.ts" }, "import.meta.resolve(task)"), resolving({ lib: "./two.ts" }, "import.meta.resolve(task)")],
  ["what an alias of import.meta finds", "reruns", resolving({ lib: "./one.ts" }, '((m: any) => m.resolve("lib"))(import.meta)'), resolving({ lib: "./two.ts" }, '((m: any) => m.resolve("lib"))(import.meta)')],
  ["what import.meta.resolve finds by a member's names", "reruns", resolvingMember({ lib: "./one.ts" }), resolvingMember({ lib: "./two.ts" })],
  ["what import.meta.resolve does not ask a member for", "stays", resolvingMember({ lib: "./one.ts", x: "./x.ts" }), resolvingMember({ lib: "./one.ts", x: "./y.ts" })],
  ["the kind of modules of a package.json", "may", { "a.ts": gives("1", 'import "./b.js";'), "b.js": "globalThis.x = 1;", "package.json": '{"type": "module"}' }, { "a.ts": gives("1", 'import "./b.js";'), "b.js": "globalThis.x = 1;", "package.json": '{"type": "module", "name": "x"}' }],
];

/** The TOML document of a configuration: from the disk, to tables. */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { parse, TomlError } from "smol-toml";
import { fail, ok, type Result } from "../failure.ts";
import { findPlaces, locate, quote } from "./locate.ts";

/** A TOML table. */
export type Table = { [key: string]: unknown };

/** A parsed document and its text. */
interface Document {
  readonly table: Table;
  readonly text: string;
}

/** No configuration of settings is longer; what is longer is data, or a mistake. */
const LONGEST = 1_000_000;

/** So many tables and lists may lie in each other: deeper than any schema reaches. */
export const DEEPEST = 32;

/** Reads a document, or takes the text that is given instead. */
export function readDocument(path: string, given?: string): Result<Document> {
  const read = given === undefined ? readText(path) : ok(given);
  if (!read.ok) return read;
  const text = read.value;
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column } = error;
    return fail({
      kind: "toml-syntax",
      what: `Cannot read ${basename(path)}, line ${line}, column ${column}`,
      seen: `${reason(error)}\n${quote(text, { line, column })}`,
      hint: "correct the line; toml.io describes the format",
    });
  }
  const deep = tooDeep(parsed);
  if (deep) {
    const place = locate(findPlaces(text), deep);
    return fail({
      kind: "toml-depth",
      what: `Cannot read ${basename(path)}${
        place ? `, line ${place.line}` : ""
      }`,
      seen: `more than ${DEEPEST} tables or lists lie in each other`,
      hint: "remove them: no setting lies that deep",
    });
  }
  return ok({ table: plain(parsed) as Table, text }); // a document is a table
}

function readText(path: string): Result<string> {
  const refused = (seen: string, hint: string) =>
    fail({
      kind: "config-unreadable",
      what: `Cannot read the configuration ${path}`,
      seen,
      hint,
    });
  let bytes: Uint8Array;
  try {
    // A pipe or a device might never end.
    const { size, kind } = look(path);
    if (kind === "other") {
      return refused("it is no plain file", "put a TOML file there");
    }
    if (size > LONGEST) {
      return refused(
        `it has ${size} bytes; a configuration has at most ${LONGEST}`,
        "leave only settings there, and keep data in files of their own",
      );
    }
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    switch (code) {
      case undefined:
        throw error;
      case "ENOENT":
        return refused(
          "there is no such file",
          "run from the folder of the project",
        );
      case "EISDIR":
        return refused("it is a folder", "put a TOML file there");
      case "EACCES":
      case "EPERM":
        return refused("it may not be read", "give yourself permission to");
      default:
        return refused(message, "see to the file");
    }
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refused("it is not UTF-8", "save it as UTF-8, as TOML wants it");
  }
}

function look(path: string): { size: number; kind: "file" | "other" } {
  const stat = statSync(path);
  const other = !stat.isFile() && !stat.isDirectory(); // reading says the latter
  return { size: stat.size, kind: other ? "other" : "file" };
}

/** The keys that lead deeper than anything may lie, if any do. */
export function tooDeep(value: unknown): readonly string[] | undefined {
  const open: { value: unknown; keys: readonly string[] }[] = [
    { value, keys: [] },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, keys } = next;
    if (value === null || typeof value !== "object") continue;
    if (keys.length > DEEPEST) return keys;
    for (const [key, inner] of Object.entries(value)) {
      open.push({ value: inner, keys: [...keys, key] });
    }
  }
}

/** What a TOML parser has to say, without the text that it quotes. */
export function reason(error: TomlError): string {
  const [first = ""] = error.message.split("\n");
  return first.replace(/^Invalid TOML document: /, "");
}

/** A parsed value with dates as the texts that they are: nothing here has use for a clock. */
export function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, plain(inner)]),
  );
}

/** Whether a value is a table. */
export function isTable(value: unknown): value is Table {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

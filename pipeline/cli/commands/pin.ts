/**
 * `pin`: fetches the files that the configuration names and nobody has looked at
 * yet, and writes their sizes and digests into it.
 */
import { join } from "node:path";
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import { readDocument } from "../../config/document.ts";
import { setKeys } from "../../config/edit.ts";
import { Failed, nearest, short, unwrap } from "../../failure.ts";
import type { Named, Project } from "../../project/project.ts";
import { writeDurably } from "../../store/write.ts";
import { counted } from "../../text/quantity.ts";

/** The command `pin`. */
export default async function pinCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, outStyle }: Console,
): Promise<number> {
  const { pins } = project;
  if (!pins) {
    throw new Failed({
      kind: "no-pins",
      what: "The configuration has nothing to pin",
      seen: "no setting of this project names files of others",
    });
  }
  const path = join(project.root, pins.configuration);
  const { table, text } = unwrap(readDocument(path));
  const { named } = await pins.load();
  const files = chosen(unwrap(named(table)), parsed.operands);
  const force = parsed.has("force");
  let edited = text;
  let changes = 0;
  for (const file of files) {
    const { bytes, sha256 } = file.pinned;
    if (!force && bytes !== undefined && sha256 !== undefined) {
      out(`${outStyle.dim("kept")}     ${file.title}: pinned already\n`);
      continue;
    }
    const found = unwrap(
      await file.look((name) => Deno.env.get(name)),
    );
    if (!force && sha256 !== undefined && sha256 !== found.sha256) {
      throw new Failed(changed(file, sha256, found.sha256));
    }
    const next = setKeys(edited, file.keys, {
      bytes: found.bytes,
      sha256: found.sha256,
    });
    if (next === undefined) throw new Error(`No table ${file.keys.join(".")}`);
    const same = bytes === found.bytes && sha256 === found.sha256;
    if (!same) changes++;
    edited = next;
    out(
      `${outStyle.green(same ? "the same" : "pinned")}   ${file.title}: ` +
        `${found.note}, ${counted(found.bytes, "byte")}, from ${found.from}\n` +
        `         SHA-256 ${found.sha256}${
          sha256 === undefined || sha256 === found.sha256
            ? ""
            : `, before ${sha256}`
        }\n`,
    );
  }
  if (changes === 0) {
    out(`${pins.configuration} is as it was\n`);
    return 0;
  }
  if (unwrap(readDocument(path)).text !== text) {
    throw new Failed({
      kind: "edited",
      what: `Cannot write into ${pins.configuration}`,
      seen: "somebody has edited it while the files were fetched",
      hint: "run the same command again",
    });
  }
  writeDurably(path, edited);
  out(
    `${pins.configuration} has ${
      counted(changes, "new digest")
    }; compare with what the publisher of the files says, if it does: nothing else vouches for them\n`,
  );
  return 0;
}

/** The files of what is asked for; of all, if nothing is. */
function chosen(
  files: readonly Named[],
  operands: readonly string[],
): readonly Named[] {
  if (files.length === 0) {
    throw new Failed({
      kind: "no-pins",
      what: "The configuration has nothing to pin",
      seen: "it names no files of others",
    });
  }
  const groups = [...new Set(files.map(({ group }) => group))];
  const unknown = operands.find((one) => !groups.includes(one));
  if (unknown !== undefined) {
    const near = nearest(unknown, groups);
    throw new Failed({
      kind: "no-pins",
      what: `Cannot pin "${short(unknown)}"`,
      seen: `the configuration has ${groups.join(", ")}`,
      ...(near !== undefined && { hint: `did you mean "${near}"?` }),
    });
  }
  return operands.length === 0
    ? files
    : files.filter(({ group }) => operands.includes(group));
}

function changed(file: Named, expected: string, found: string) {
  return {
    kind: "digest",
    what: `The file of ${file.title} is another than was pinned`,
    seen: `expected SHA-256 ${expected}, found ${found}`,
    hint: "correct the mirror, or take the new file with --force",
  } as const;
}

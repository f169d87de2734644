/** People with the same study, who share a cache, and whose stages say that they ran. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../../pipeline/stage/declaration.ts";
import { Study } from "../../rig/study.ts";

/** A study of three stages: a text so many times, its length, and a page that says it. */
export async function person(text = "abc", times = 1): Promise<Study> {
  const study = await Study.start();
  return study
    .stage(
      "letters",
      { params: { text, times }, outputs: ["a.txt"] },
      `write(task.output("a.txt"), task.params.text.repeat(task.params.times));`,
    )
    .stage(
      "count",
      {
        inputs: { letters: output("letters", "a.txt") },
        outputs: ["n.txt"],
      },
      `write(task.output("n.txt"), String(read(task.input("letters")).length));`,
    )
    .stage(
      "page",
      {
        inputs: { n: output("count", "n.txt") },
        outputs: [{ file: "page.txt", artifact: "page.txt" }],
      },
      `write(task.output("page.txt"), "page " + read(task.input("n")));`,
    );
}

/** All three in one way. */
export function all(outcome: string): { readonly [instance: string]: string } {
  return { letters: outcome, count: outcome, page: outcome };
}

/** Forgets all that was made, as a fresh clone has nothing. */
export function forget(study: Study): void {
  for (const name of [".store", "artifacts"]) {
    rmSync(join(study.root, name), { recursive: true, force: true });
  }
}

/** A folder that goes away. */
export function folder(): Disposable & { readonly path: string } {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cache-" }));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

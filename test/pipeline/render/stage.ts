/**
 * A live view on a real terminal, moved by a test: each line that comes through the
 * named pipe is an instance that ends, and `end` ends it all. After each it says, in
 * a file, which width it believes, and that the line has been painted.
 */
import { openConsole } from "../../../pipeline/cli/console.ts";
import { View } from "../../../pipeline/render/terminal.ts";

const [pipe = "", said = ""] = Deno.args;
const { err, out, style } = openConsole();
let now = 0;
const view = new View({
  write: err,
  conclude: out,
  size: () => Deno.consoleSize(),
  clock: () => now,
  reflows: "late",
}, style);
const instances = Array.from({ length: 40 }, (_, at) => `work[n=${at}]`);
const because = { kind: "forced" } as const;
view.tell({
  kind: "planned",
  plan: instances.map((instance) => ({
    instance,
    stage: "work",
    title: "work",
    decision: { kind: "run", because },
  })),
});
for (const instance of ["long[a]", "long[b]", "long[c]"]) {
  view.tell({ kind: "started", instance, because });
}
const lines = (await Deno.open(pipe)).readable
  .pipeThrough(new TextDecoderStream());
for await (const text of lines) {
  for (const line of text.split("\n").filter(Boolean)) {
    if (line === "end") {
      view.close();
      Deno.exit(0);
    }
    view.tell({
      kind: "ended",
      instance: line,
      outcome: { kind: "built", seconds: 1 },
      result: "built",
    });
    // Frames of a second and a half: also those in which it waits for a width.
    for (let frame = 0; frame < 15; frame++) {
      now += 100;
      view.tell({
        kind: "progress",
        instance: "long[a]",
        progress: { done: now, total: 1e6, unit: "images" },
        elapsed: now,
      });
      view.paint();
    }
    Deno.writeTextFileSync(said, `${line} ${Deno.consoleSize().columns}\n`, {
      append: true,
    });
  }
}

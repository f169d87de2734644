/** The engine knows nothing of the research: words of the research do not occur in it. */
import { deepEqual } from "node:assert/strict";
import { join, relative } from "node:path";

const root = new URL("..", import.meta.url).pathname;

/** Words of this research, as parts of identifiers, strings and comments. */
const WORDS = [
  "autoencoder",
  "batch",
  "dataset_mirror",
  "epoch",
  "epochs",
  "figure",
  "figures",
  "gradient",
  "keras",
  "learning",
  "loss",
  "losses",
  "lr",
  "mnist",
  "model",
  "models",
  "network",
  "networks",
  "neural",
  "neuron",
  "onnx",
  "optimiser",
  "optimizer",
  "report.html",
  "tensor",
  "tensorflow",
  "tensors",
  "tf",
  "tfjs",
  "train",
  "trained",
  "training",
  "weight",
  "weights",
];

/** Where such a word means something else; the text without these is looked at. */
const EXCEPTIONS: readonly (readonly [text: RegExp, reason: string])[] = [
  [/\bnetworks?\b/gi, "of computers: what a stage may reach"],
  [/model name/g, "of the processor, in /proc/cpuinfo"],
  [/EpochMilliseconds|SOURCE_DATE_EPOCH/g, "the beginning of time, 1970"],
  [/font-weight/g, "a property of SVG"],
  [
    /TensorFlow|tensorflow\/|TensorBoard/g,
    "a viewer of event files, and where their format is written down",
  ],
  [/<\/?figure\b/g, "an element of HTML"],
];

/** The words of a text: `reportHtml` and `REPORT_HTML` are "report" and "html". */
function words(text: string): string[] {
  return text.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()
    .split(/[^a-z]+/);
}

function modules(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? modules(join(folder, name)) : [join(folder, name)]
  ).sort();
}

/** `MODULE:LINE WORD` of every word in the engine that only the research has. */
function found(): string[] {
  return modules(join(root, "pipeline")).flatMap((path) =>
    Deno.readTextFileSync(path).split("\n").flatMap((line, at) => {
      const rest = EXCEPTIONS.reduce(
        (text, [exception]) => text.replaceAll(exception, ""),
        line,
      );
      return [...words(rest), ...rest.match(/report\.html/g) ?? []]
        .filter((word) => WORDS.includes(word))
        .map((word) => `${relative(root, path)}:${at + 1} ${word}`);
    })
  );
}

Deno.test("the engine has no word of the research, but where it means something else", () => {
  deepEqual(found(), []);
});

Deno.test("every exception is needed", () => {
  const all = modules(join(root, "pipeline"))
    .map((path) => Deno.readTextFileSync(path)).join("\n");
  for (const [text, reason] of EXCEPTIONS) {
    deepEqual([reason, all.search(text) >= 0], [reason, true]);
  }
});

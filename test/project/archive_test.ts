/**
 * The archive of the shipped experiment, made small: that its own verifier, which
 * knows all that the experiment declares, says yes to it, and no to one whose parts
 * contradict each other.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "../../pipeline/archive/inspection.ts";
import * as judge from "../../stages/experiment/judge.ts";
import { agree, sign } from "../pipeline/archive/forger.ts";
import { edit, unpack } from "../pipeline/archive/tampering.ts";
import { mirror } from "../stages/download/mirror.ts";
import { Copy } from "./copy.ts";

/** Small enough for seconds, with one claim that can be judged. */
function shrink(toml: string): string {
  const claims = toml.indexOf("[[claims]]");
  const rest = toml.indexOf("[sandbox]");
  const replaced: [was: RegExp, now: string][] = [
    [/^epochs = 10$/m, "epochs = 1"],
    [/^images = "all"$/m, "images = 640"],
    [/^validation = 5000$/m, "validation = 500"],
    [/^images = 2000$/m, "images = 20"],
    [/^engine = "auto"$/m, 'engine = "portable"'],
  ];
  return replaced.reduce((text, [was, now]) => {
    match(text, was);
    return text.replace(was, now);
  }, toml.slice(0, claims) + CLAIM + toml.slice(rest));
}

const CLAIM = `[[claims]]
id = "finite"
sentence = "The loss is below tolerance."
where = "nowhere"
holds = "final(validation_loss(lr=0.01)) < tolerance"
tolerance = 0.5
epochs = 1

`;

/** Takes from Node what came after 18.0, before the verifier begins. */
const POORER = `data:text/javascript,${
  encodeURIComponent(`
    const later = [
      [Map, "groupBy"], [Object, "groupBy"], [Array, "fromAsync"],
      [Promise, "withResolvers"], [URL, "parse"], [URL, "canParse"],
      ...["toSorted", "toReversed", "toSpliced", "with"].flatMap((name) =>
        [[Array.prototype, name], [Object.getPrototypeOf(Uint8Array.prototype), name]]
      ),
      ...["union", "intersection", "difference", "symmetricDifference",
        "isSubsetOf", "isSupersetOf", "isDisjointFrom"].map((name) =>
        [Set.prototype, name]),
      ...["isWellFormed", "toWellFormed"].map((name) => [String.prototype, name]),
    ];
    for (const [owner, name] of later) Reflect.deleteProperty(owner, name);
  `)
}`;

Deno.test(
  "the archive of the experiment passes its own checks, and no part of it can be another",
  {
    ignore: mirror === undefined,
  },
  async (t) => {
    using copy = new Copy("paper", { DATASET_MIRROR: mirror! }); // not ignored
    const write = (name: string, text: string) =>
      writeFileSync(copy.path(name), text);
    write("LICENSE", "Do what you like.\n");
    write("experiment.toml", shrink(copy.read("experiment.toml")));
    for (const command of ["reproduce", "publish", "archive"]) {
      const { code, out, err } = await copy.task(command);
      equal(code, 0, `${command}: ${out}${err}`);
    }
    const zip = copy.path("facsimile-1.0.0.zip");
    const folder = copy.path("unpacked");
    const spoilt = (
      spoil: () => void,
    ): { answers: string; findings: string } => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      unpack(zip, folder);
      spoil();
      const { levels } = inspect(folder, judge, 2);
      return {
        answers: levels.map(({ answer }) => answer).join(" "),
        findings: levels.flatMap(({ findings }) => findings).join("\n"),
      };
    };
    const at = (name: string) => join(folder, name);

    await t.step(
      "with nothing changed, under Deno, under Node, and under Node without what 18.0 lacks",
      async () => {
        deepEqual(spoilt(() => {}), { answers: "yes yes yes", findings: "" });
        for (
          const [command, ...args] of [
            [
              Deno.execPath(),
              "run",
              "--no-config",
              "--allow-read",
              "verify.ts",
            ],
            ["node", "verify.mjs"],
            ["node", "--import", POORER, "verify.mjs"],
          ] as const
        ) {
          const { code, stdout, stderr } = await new Deno.Command(command, {
            args,
            cwd: folder,
          }).output();
          const text = new TextDecoder().decode(stdout) +
            new TextDecoder().decode(stderr);
          equal(code, 0, text);
        }
      },
    );

    const editRun = (act: (text: string) => string) => {
      const was = readFileSync(at("logs/run.json"), "utf8");
      const now = act(was);
      equal(now === was, false);
      writeFileSync(at("logs/run.json"), now);
    };
    // Each is forged well: all that follows from it agrees with it.
    const forged: [name: string, spoil: () => void, finding: RegExp][] = [
      [
        "another number of epochs in the configuration",
        () =>
          edit(at("code/experiment.toml"), "\nepochs = 1\n", "\nepochs = 50\n"),
        /experiment at training\.epochs: 1, but the configuration in code\/ says 50/,
      ],
      [
        "another number of epochs in the record",
        () =>
          editRun((text) =>
            text.replace(
              /("engine": "portable",\n *)"epochs": 1,/,
              '$1"epochs": 50,',
            )
          ),
        /experiment at training\.epochs: 50, but the configuration in code\/ says 1/,
      ],
      [
        "another parameter of an instance",
        () =>
          editRun((text) =>
            text.replace('"param batch_size": 64', '"param batch_size": 32')
          ),
        /facts\.param batch_size: 32, but the project declares 64/,
      ],
      [
        "a bolder claim in the statement",
        () =>
          edit(at("params/release.json"), "is below tolerance.", "is zero."),
        /publication at claims\.finite\.sentence: "The loss is zero\./,
      ],
      [
        "a check that is always true in the statement",
        () =>
          edit(
            at("params/release.json"),
            "final(validation_loss(lr=0.01)) < tolerance",
            "1 < 2",
          ),
        /publication at claims\.finite\.holds: "1 < 2"/,
      ],
      [
        "a tolerance times a hundred in the statement",
        () =>
          edit(
            at("params/release.json"),
            '"tolerance": 0.5',
            '"tolerance": 50',
          ),
        /publication at claims\.finite\.tolerance: 50/,
      ],
      [
        "other evidence for the same verdict",
        () =>
          edit(
            at("results/claims.json"),
            '"summary": "',
            '"summary": "as sure as ',
          ),
        /finite at evidence\.summary: "as sure as .*, but the numbers give "/,
      ],
      [
        "a loss in the metrics that is not that of the curve",
        () =>
          edit(
            at("results/metrics.json"),
            /"train_loss": \d/,
            '"train_loss": 9',
          ),
        /another epochs of lr-[\d.]+ than curves/,
      ],
      [
        "another author in CITATION.cff alone",
        () => edit(at("CITATION.cff"), "The Facsimile authors", "Somebody"),
        /CITATION\.cff at line \d+: .*Somebody.*, but the record gives/,
      ],
    ];
    for (const [name, spoil, finding] of forged) {
      await t.step(`not ${name}`, () => {
        const { answers, findings } = spoilt(() => {
          spoil();
          if (/alone/.test(name)) sign(folder);
          else agree(folder);
        });
        match(answers, /^yes (no|yes no)$/);
        match(findings, finding);
      });
    }
  },
);

Deno.test(
  "level 4 refuses an archive whose code halves the errors that it measures, and no level before it does",
  { ignore: mirror === undefined },
  async () => {
    using copy = new Copy("paper", { DATASET_MIRROR: mirror! }); // not ignored
    const write = (name: string, text: string) =>
      writeFileSync(copy.path(name), text);
    write("LICENSE", "Do what you like.\n");
    write("experiment.toml", shrink(copy.read("experiment.toml")));
    const module = copy.path("stages/evaluation/metrics.ts");
    edit(
      module,
      "test: readJson(fileOf(point, qualities), QualitySchema),",
      "test: half(readJson(fileOf(point, qualities), QualitySchema)),",
    );
    writeFileSync(
      module,
      readFileSync(module, "utf8") +
        "\nfunction half(one: any) {\n  return { ...one, mse: one.mse / 2 };\n}\n",
    );
    for (const command of ["reproduce", "publish", "archive"]) {
      const { code, out, err } = await copy.task(command);
      equal(code, 0, `${command}: ${out}${err}`);
    }
    // By the program of this checkout, which is not the archive's.
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "main.ts",
        "verify",
        copy.path("facsimile-1.0.0.zip"),
        "--level",
        "4",
        "--run",
      ],
      cwd: new URL("../../", import.meta.url).pathname,
      env: { NO_COLOR: "1", DATASET_MIRROR: mirror! },
    }).output();
    const out = new TextDecoder().decode(stdout);
    const err = new TextDecoder().decode(stderr);
    equal(code, 1, out + err);
    match(
      out,
      /^level 3 .* ok: .*\nlevel 4 .* NO: .*examined by this program's own code\n {9}metrics\.json says test\.mse of lr-0\.001 is [\d.]+, but the network's is/m,
    );
    match(
      err,
      /^level 4 {2}models: evaluating by the verifier's own code, 1 of 3 done$/m,
    );
  },
);

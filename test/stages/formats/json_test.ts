import assert from "node:assert/strict";
import fc from "fast-check";
import type * as v from "valibot";
import { canonicalPretty, type Json } from "../../../pipeline/stage/json.ts";
import {
  ClaimsSchema,
  type Judgement,
} from "../../../stages/formats/claims.ts";
import { type Curve, CurveSchema } from "../../../stages/formats/curve.ts";
import {
  type Dataset,
  DatasetSchema,
} from "../../../stages/formats/dataset.ts";
import {
  type Denoising,
  DenoisingSchema,
} from "../../../stages/formats/denoising.ts";
import { parseJson, readJson } from "../../../stages/formats/json.ts";
import {
  type Metrics,
  MetricsSchema,
} from "../../../stages/formats/metrics.ts";
import {
  type Quality,
  QualitySchema,
} from "../../../stages/formats/quality.ts";
import { type Source, SourceSchema } from "../../../stages/formats/source.ts";
import { dictionary, measure, refusal, SEEDED, word } from "./format.ts";

const count = fc.integer({ min: 1, max: 100_000 });
const epochs: fc.Arbitrary<Curve["epochs"]> = fc.array(
  fc.record({ epoch: count, train_loss: measure, validation_loss: measure }),
  { maxLength: 4 },
);
const quality: fc.Arbitrary<Quality> = fc.record({
  mse: measure,
  psnr: fc.option(measure),
  ssim: measure,
  agreement: fc.record({
    runtimes: fc.array(word, { maxLength: 2 }),
    bound: measure,
    holds: fc.constant(true as const),
  }),
});
const levels: fc.Arbitrary<Denoising["levels"]> = fc.array(
  fc.record({
    level: measure,
    noisy_mse: measure,
    output_mse: measure,
    output_noisy_mse: measure,
  }),
  { maxLength: 3 },
);
const verdict: fc.Arbitrary<Judgement["verdict"]> = fc.constantFrom(
  "holds",
  "fails",
  "not judged",
);

/** Of each format: its schema, and random content. */
const FORMATS: {
  readonly [file: string]: {
    readonly schema: v.GenericSchema;
    readonly content: fc.Arbitrary<Json>;
  };
} = {
  "source.json": {
    schema: SourceSchema,
    content: fc.record<Source>({
      kind: fc.constantFrom("mirror", "unavailable"),
    }),
  },
  "dataset.json": {
    schema: DatasetSchema,
    content: fc.record<Dataset>({
      name: word,
      stand_in: fc.boolean(),
      sha256: dictionary(word),
      counts: fc.record({ train: count, validation: count, test: count }),
      height: count,
      width: count,
    }),
  },
  "curve.json": {
    schema: CurveSchema,
    content: fc.record<Curve>({
      learning_rate: measure,
      seed: count,
      engine: fc.record(
        { name: word, version: word, adapter: word, cpu: word },
        {
          requiredKeys: ["name", "version"],
        },
      ),
      batch_size: count,
      steps_per_epoch: count,
      steps: fc.array(measure),
      epochs,
    }),
  },
  "quality.json": { schema: QualitySchema, content: quality },
  "denoising.json": {
    schema: DenoisingSchema,
    content: fc.record<Denoising>({
      images: count,
      noise: word,
      shown_level: measure,
      clean_mse: measure,
      spread: measure,
      levels,
    }),
  },
  "metrics.json": {
    schema: MetricsSchema,
    content: fc.record<Metrics, "dataset" | "models">({
      dataset: fc.record({
        name: word,
        stand_in: fc.boolean(),
        sha256: dictionary(word),
      }),
      models: dictionary(fc.record({
        learning_rate: measure,
        seed: count,
        engine: word,
        epochs,
        test: fc.record({
          mse: measure,
          psnr: fc.option(measure),
          ssim: measure,
        }),
        denoising: fc.record({ images: count, clean_mse: measure, levels }),
      })),
      seeds: dictionary(dictionary(
        fc.record({ mean: measure, least: measure, greatest: measure }),
      )),
    }, { requiredKeys: ["dataset", "models"] }),
  },
  "claims.json": {
    schema: ClaimsSchema,
    content: fc.array(
      fc.record<Judgement>({
        id: word,
        sentence: word,
        where: word,
        verdict,
        evidence: fc.record({
          summary: word,
          expression: word,
          tolerance: measure,
          seeds: dictionary(
            fc.record({
              holds: fc.boolean(),
              values: dictionary(measure),
              untrue: fc.array(word),
              because: word,
            }, { requiredKeys: [] }),
          ),
          seeds_judged: count,
          seeds_holding: count,
        }, {
          requiredKeys: [
            "summary",
            "expression",
            "seeds",
            "seeds_judged",
            "seeds_holding",
          ],
        }),
      }),
      { maxLength: 3 },
    ),
  },
};

for (const [file, { schema, content }] of Object.entries(FORMATS)) {
  Deno.test(`${file} reads as it was written`, () => {
    fc.assert(
      fc.property(content, (written) => {
        const read = parseJson(canonicalPretty(written), schema, file);
        // A clone, for fast-check makes objects without a prototype.
        assert.deepEqual(read, structuredClone(written));
      }),
      SEEDED,
    );
  });

  Deno.test(`${file} is refused by name without any one of its fields`, () => {
    const [written] = fc.sample(content, { ...SEEDED, numRuns: 1 });
    const whole = Array.isArray(written)
      ? {}
      : written as { [k: string]: Json };
    const needed = Object.keys(whole).filter((key) => key !== "seeds");
    for (const key of needed) {
      const { [key]: _, ...rest } = whole;
      assert.match(
        refusal(() => parseJson(canonicalPretty(rest), schema, `/a/${file}`)),
        new RegExp(`^Cannot read /a/${file}: at ${key}: Invalid key`),
      );
    }
    assert.match(
      refusal(() => parseJson("7", schema, file)),
      new RegExp(`^Cannot read ${file}: at its top: .* received 7$`),
    );
  });
}

Deno.test("readJson() names the file, the place and the finding", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/source.json`;
  const said = (text: string) => {
    Deno.writeTextFileSync(path, text);
    return refusal(() => readJson(path, SourceSchema)).replace(folder, "");
  };
  assert.equal(said('{"kind":"mirror"}'), "fine");
  assert.match(said("{"), /^Cannot read \/source.json: no JSON: /);
  assert.equal(
    said('{"kind":"moon"}'),
    "Cannot read /source.json: at kind: Invalid type: " +
      'Expected ("mirror" | "unavailable") but received "moon"',
  );
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("a broken place deep in a file is named by its path", () => {
  const [curve] = fc.sample(FORMATS["curve.json"]!.content, SEEDED);
  const broken = {
    ...curve as { [key: string]: Json },
    epochs: [{ epoch: 1, train_loss: "low", validation_loss: 0.1 }],
  };
  assert.equal(
    refusal(() =>
      parseJson(canonicalPretty(broken), CurveSchema, "curves/lr-0.1.json")
    ),
    "Cannot read curves/lr-0.1.json: at epochs.0.train_loss: Invalid type: " +
      'Expected number but received "low"',
  );
});

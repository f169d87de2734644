/** What the `experiment.toml` of a paper of one's own may say: its own tables, and those of every paper. */
import * as v from "valibot";
import type { Stage } from "../../pipeline/stage/declaration.ts";
import { stagesSchema } from "../../pipeline/stage/table.ts";
import { spoken } from "../claims/vocabulary.ts";
import { readAxes, type Settings } from "./axes.ts";
import { allStages, measuring } from "./pipeline.ts";
import {
  authors,
  axesOf,
  claimCheck,
  claimEntries,
  claimsOf,
  namesIn,
  numbersOf,
  numeralCheck,
  numeralEntries,
  paperEntries,
  unknownNames,
} from "./schema.ts";
import { choice, pathTo, table } from "./value.ts";
import { axesOf as axesIn } from "./variation.ts";

/** No network is known here: whatever measures is a stage. */
const words = { networks: false };

const paper = table({
  ...paperEntries,
  numbers: numbersOf(v.pipe(table(numeralEntries(words)), numeralCheck())),
});

const claims = claimsOf(v.pipe(table(claimEntries), claimCheck(words)));

/** Tables whose settings may vary, by name. */
type Own = {
  readonly [table: string]: v.StrictObjectSchema<v.ObjectEntries, "a table">;
};

/**
 * The tables of a paper, with its own ones; `axes` becomes what it says. Axes of the
 * settings in `always` are named wherever there are results, as `fit[set=1]`.
 */
// deno-lint-ignore explicit-module-boundary-types -- as long as the tables themselves
export function paperTables<const Tables extends Own>(
  own: Tables,
  always: readonly string[] = [],
) {
  const settings = settingsOf(own);
  return table({
    paper,
    authors,
    ...own,
    axes: v.pipe(
      v.optional(axesOf(settings), {}),
      v.transform((axes) => {
        const { complaints: _, ...read } = readAxes(axes, settings);
        return { ...read, always };
      }),
    ),
    claims: v.optional(claims, []),
    stage: v.exactOptional(stagesSchema),
    sandbox: v.optional(
      table({ require: choice(["deno", "kernel"]) }),
      { require: "deno" },
    ),
  });
}

/** All settings of some tables, by path. */
export function settingsOf(own: Own): Settings {
  return Object.fromEntries(
    Object.entries(own).flatMap(([name, { entries }]) =>
      Object.entries(entries).map(([key, schema]) => [
        `${name}.${key}`,
        schema as v.GenericSchema,
      ])
    ),
  );
}

/** What the tables of every paper become. */
export type Paper = v.InferOutput<
  ReturnType<typeof paperTables<Record<never, never>>>
>;

/**
 * The schema of a whole file: the tables, and that claims and quoted numbers name
 * no axis and no measuring stage that there is not among these and its own.
 */
export function paperSchema<Config extends Paper>(
  tables: v.GenericSchema<unknown, Config>,
  stages: readonly Stage<Config>[],
): v.GenericSchema<unknown, Config> {
  return v.pipe(
    tables,
    v.rawCheck(({ dataset, addIssue }) => {
      // What is wrong in itself is told once, by its own check.
      if (!dataset.typed || dataset.issues) return;
      const config = dataset.value;
      const names = namesIn(config.stage);
      const unknown = unknownNames(config, {
        axes: [...axesIn(config).map(({ name }) => name), ...names.axes],
        stages: measuring(allStages(stages, config), config).map(spoken),
        networks: false,
      });
      for (const { keys, message } of unknown) {
        addIssue({ message, path: pathTo(config, keys) });
      }
    }),
  );
}

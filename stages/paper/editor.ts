/**
 * The JSON Schema of an `experiment.toml`, for editors: completion, explanations and red
 * underlines (Even Better TOML). It follows from the schema that the program itself
 * reads with; what that checks by code, such as a claim's words, an editor does not.
 */
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import type { Settings } from "./axes.ts";

/** What stands in the file and is no table of the experiment, or has no words in its schema. */
interface Further {
  /** Those that may vary. */
  readonly settings: Settings;
  /** The engine's own tables. */
  readonly executor: GenericSchema;
  readonly cache: GenericSchema;
}

/** The text of the schema of a file, whose comments explain its settings. */
export function schemaText(
  experiment: string,
  schema: GenericSchema,
  { settings, executor, cache }: Further,
): string {
  const whole = converted(schema);
  const properties = whole.properties as { [key: string]: JsonSchema };
  properties.axes = axes(settings);
  properties.executor = {
    ...converted(executor),
    description: "Where instances run: a Slurm cluster.",
  };
  properties.cache = {
    ...converted(cache),
    description: "Results shared with others (docs/cache.md).",
  };
  // A profile is any part of the tables, laid over them.
  const text = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A Facsimile experiment",
    ...whole,
    properties: {
      ...explained(properties, experiment),
      profile: {
        type: "object",
        description: "Settings for `--profile NAME`, laid over the others.",
        additionalProperties: {
          type: "object",
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, inner]) => [
              key,
              loosened(inner),
            ]),
          ),
          additionalProperties: false,
        },
      },
    },
  };
  return JSON.stringify(text, null, 2) + "\n";
}

function converted(schema: GenericSchema): JsonSchema {
  // Checks by code have no words in JSON Schema.
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    errorMode: "ignore",
    typeMode: "input",
  });
  return rest;
}

/** `[axes]`: for each setting that may vary values or a distribution. */
function axes(settings: Settings): JsonSchema {
  const range = {
    type: "array",
    items: { type: "number" },
    minItems: 2,
    maxItems: 2,
  } as const;
  return {
    type: "object",
    description: "What varies: any of these settings, by its path in quotes.",
    properties: {
      zip: {
        type: "array",
        items: { enum: Object.keys(settings) },
        description: "Axes that advance together; the others are crossed.",
      },
      ...Object.fromEntries(
        Object.entries(settings).map(([path, schema]) => {
          const values: JsonSchema = {
            type: "array",
            items: converted(schema),
            minItems: 1,
          };
          return [path, {
            anyOf: [values, {
              type: "object",
              properties: {
                name: { type: "string", pattern: "^[a-z][a-z0-9_]{0,30}$" },
                values,
                uniform: range,
                log_uniform: range,
                choice: values,
                samples: { type: "integer", minimum: 1, maximum: 10_000 },
                seed: { type: "integer", minimum: 0 },
              },
              additionalProperties: false,
            }],
          } as JsonSchema];
        }),
      ),
    },
    additionalProperties: false,
  };
}

/** Of each setting of a table the comment that stands above it in the file. */
function explained(
  tables: { readonly [table: string]: JsonSchema },
  text: string,
): { [table: string]: JsonSchema } {
  return Object.fromEntries(
    Object.entries(tables).map(([table, schema]) => {
      const properties = schema.properties as
        | { [key: string]: JsonSchema }
        | undefined;
      if (!properties) return [table, schema];
      const lines = text.split(`\n[${table}]\n`)[1]?.split(/\n\[/)[0]
        ?.split("\n") ?? [];
      return [table, {
        ...schema,
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, inner]) => {
            const at = lines.findIndex((line) => line.startsWith(`${key} = `));
            const above = at < 0 ? [] : lines.slice(0, at);
            const first = above.findLastIndex((line) => !line.startsWith("#"));
            const comment = above.slice(first + 1)
              .map((line) => line.replace(/^# ?/, "")).join(" ");
            return [
              key,
              comment === "" ? inner : { ...inner, description: comment },
            ];
          }),
        ),
      }];
    }),
  );
}

/** A schema of which nothing is required. */
function loosened(schema: JsonSchema): JsonSchema {
  const { required: _, properties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties as { [key: string]: JsonSchema })
          .map(([key, inner]) => [key, loosened(inner)]),
      ),
    }),
  };
}

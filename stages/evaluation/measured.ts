/** Gathers what other stages measured, each in a file of its own. */
import { StageError, type Task } from "../../pipeline/stage/task.ts";
import { parseJson } from "../formats/json.ts";
import { type Gathered, MeasuredSchema } from "../formats/measured.ts";

/**
 * Reads the inputs `measured STAGE` of these stages.
 *
 * @throws StageError if one measure has two units, or two directions.
 */
export function gatherMeasured(
  task: Pick<Task, "inputs">,
  stages: readonly string[],
): Gathered {
  if (stages.length === 0) return {};
  const kinds = new Map<string, Kind & { readonly of: string }>();
  const measured = Object.fromEntries(stages.map((stage) => [
    stage,
    Object.fromEntries(
      task.inputs(`measured ${stage}`).map(({ point, path }) => {
        const at = Object.entries(point)
          .map(([axis, value]) => `${axis}=${value}`).join(",");
        const instance = at === "" ? stage : `${stage}[${at}]`;
        const file = parseJson(
          Deno.readTextFileSync(path),
          MeasuredSchema,
          `what ${instance} measured`,
        );
        const values = Object.entries(file).map(([name, measure]) => {
          const { value, ...kind } = isContent(measure)
            ? { value: measure }
            : measure;
          const whole = `${stage}.${name}`;
          const before = kinds.get(whole);
          if (before && printed(before) !== printed(kind)) {
            throw new StageError(
              `Cannot gather ${whole}`,
              `it has ${printed(before)} in ${before.of}, and ${
                printed(kind)
              } in ${instance}`,
              "let every instance of the stage give it one unit and direction",
            );
          }
          kinds.set(whole, before ?? { ...kind, of: instance });
          return [name, value];
        });
        const place = Object.entries(point)
          .map(([axis, value]) => `${axis}-${value}`).join("-");
        return [place || "all", {
          at: point,
          values: Object.fromEntries(values),
        }];
      }),
    ),
  ]));
  const told = [...kinds].flatMap(([name, { of: _, ...kind }]) =>
    Object.keys(kind).length > 0 ? [[name, kind] as const] : []
  );
  return {
    measured,
    ...(told.length > 0 && { kinds: Object.fromEntries(told) }),
  };
}

type Kind = NonNullable<Gathered["kinds"]>[string];

function printed({ unit, better }: Kind): string {
  return [
    unit === undefined ? "no unit" : `the unit "${unit}"`,
    ...better === undefined ? [] : [`${better} as the better`],
  ].join(" and ");
}

function isContent(
  measure: number | readonly number[] | { readonly value: unknown },
): measure is number | number[] {
  return typeof measure === "number" || Array.isArray(measure);
}

/** Gathers what other stages measured, each in a file of its own. */
import { canonical } from "../../pipeline/stage/json.ts";
import { StageError, type Task } from "../../pipeline/stage/task.ts";
import { readJson } from "../formats/json.ts";
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
  const kinds = new Map<string, NonNullable<Gathered["kinds"]>[string]>();
  const measured = Object.fromEntries(stages.map((stage) => [
    stage,
    Object.fromEntries(
      task.inputs(`measured ${stage}`).map(({ point, path }) => {
        const values = Object.entries(readJson(path, MeasuredSchema)).map((
          [name, measure],
        ) => {
          const { value, ...kind } = isContent(measure)
            ? { value: measure }
            : measure;
          const whole = `${stage}.${name}`;
          const before = kinds.get(whole);
          if (before && canonical(before) !== canonical(kind)) {
            throw new StageError(
              `Cannot gather ${whole}`,
              `it is ${canonical(before)} in one instance and ${
                canonical(kind)
              } in another`,
              "let every instance of the stage give it one unit and direction",
            );
          }
          kinds.set(whole, kind);
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
  const told = [...kinds].filter(([, kind]) => Object.keys(kind).length > 0);
  return {
    measured,
    ...(told.length > 0 && { kinds: Object.fromEntries(told) }),
  };
}

function isContent(
  measure: number | readonly number[] | { readonly value: unknown },
): measure is number | number[] {
  return typeof measure === "number" || Array.isArray(measure);
}

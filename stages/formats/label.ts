/** What figures call a network, and what it is that tells them apart. */
import { type Axis, coordinate } from "./axis.ts";
import type { Member, Study } from "./study.ts";

const SEED = "training.seed";
const RATE = "training.learning_rate";

/** The axes that tell networks apart besides their seeds; if none does, the learning rate. */
export function varying({ axes }: Study): readonly Axis[] {
  const some = axes.filter(({ setting, values }) =>
    setting !== SEED && values.length > 1
  );
  return some.length > 0
    ? some
    : axes.filter(({ setting }) => setting === RATE);
}

/** `lr 0.1`, or `lr 0.1, batch size 32` where both vary. */
export function labelsOf(study: Study): (member: Pick<Member, "at">) => string {
  const axes = varying(study);
  return ({ at }) =>
    axes.map(({ name }) => `${words(name)} ${coordinate(at[name]!)}`)
      .join(", ");
}

/** What networks differ in, in full: "learning rate (lr)". */
export function subjectOf(study: Study): string {
  return varying(study)
    .map(({ name, setting }) =>
      setting === RATE ? `learning rate (${name})` : words(name)
    ).join(" and ");
}

/** The name of an axis, as one says it. */
function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** What `experiment.toml` may say. Any setting of these tables can be an axis. */
import type * as v from "valibot";
import { paperTables } from "./paper/tables.ts";
import { choice, table } from "./paper/value.ts";

/** The paper's own tables. */
export const own = {
  data: table({ set: choice([1, 2, 3, 4]) }),
  fit: table({ method: choice(["least-squares", "theil-sen"]) }),
  figure: table({ width: choice(["single", "double"]) }),
};

/** Results are named by their data set, `fit[set=1]`, and by whatever else varies. */
export const tables = paperTables(own, ["data.set"]);

/** A checked experiment. */
export type Experiment = v.InferOutput<typeof tables>;

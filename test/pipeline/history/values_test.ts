/** The columns that a word asks for. */
import { deepEqual } from "node:assert/strict";
import {
  columnsOf,
  leaves,
  valuesOf,
} from "../../../pipeline/history/values.ts";

const RUN = {
  values: valuesOf(leaves({
    settings: { size: 3 },
    models: { "at-0.1": { test: { error: 1 } } },
    measured: {
      fit: {
        "at-0.1": { at: { size: 0.1 }, values: { error: 2, share: 0.5 } },
        "at-0.2": { at: { size: 0.2 }, values: { error: 3, share: 0.6 } },
      },
    },
    kinds: { "fit.error": { unit: "kg" } },
  })),
};

const names = (word: string) =>
  columnsOf(word, [RUN]).map(({ path }) => path.join("."));

Deno.test("columnsOf() takes a name, its end, and what claims call a stage's measure at all its points", () => {
  deepEqual(names("settings.size"), ["settings.size"]);
  deepEqual(names("test.error"), ["models.at-0.1.test.error"]);
  deepEqual(names("values.share"), [
    "measured.fit.at-0.1.values.share",
    "measured.fit.at-0.2.values.share",
  ]);
  deepEqual(names("fit.error"), [
    "measured.fit.at-0.1.values.error",
    "measured.fit.at-0.2.values.error",
  ]);
  deepEqual(names("fit.at-0.1.error"), ["measured.fit.at-0.1.values.error"]);
  // Words in another order, or with others within, are none.
  deepEqual(names("error.fit"), []);
  deepEqual(names("it.error"), []);
  deepEqual(names("fit.er"), []);
});

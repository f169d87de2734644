/** What is said where the present results are none to be published. */
import { deepEqual, equal } from "node:assert/strict";
import { lastRun, presentRun } from "../../../pipeline/history/present.ts";
import { open } from "../../../pipeline/plan/open.ts";
import type { Publication } from "../../../pipeline/project/publication.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { Survey } from "../../project/survey.ts";

/** Why the results of a configuration cannot be used, and what to do. */
async function refusal(survey: Survey, ...set: string[]) {
  const run = presentRun(
    unwrap(await open(survey.project, { set })),
    undefined,
  );
  if (run.ok) throw new Error("it can be used");
  const { seen, hint } = run.failure;
  return { seen, hint };
}

Deno.test("presentRun() says of which configuration results are missing, and whose are there", async () => {
  using survey = new Survey();
  deepEqual(await refusal(survey), {
    seen:
      "6 instances of the plain configuration are not up to date, first gather",
    hint: "run deno task reproduce first",
  });
  await survey.run("--set", "fit.steps=2");
  deepEqual(await refusal(survey), {
    seen:
      "5 instances of the plain configuration are not up to date, first fit[rate=0.1,seed=1]\nartifacts/ holds fit.steps=2",
    hint:
      "run deno task reproduce first, or give this command the options --set fit.steps=2",
  });
  await survey.run();
  deepEqual(await refusal(survey, "fit.steps=3"), {
    seen:
      "5 instances of fit.steps=3 are not up to date, first fit[rate=0.1,seed=1]\nartifacts/ holds the plain configuration",
    hint:
      "run deno task reproduce --set fit.steps=3 first, or leave these options out",
  });
});

Deno.test("lastRun() takes the nearest results, not those of the last trial", async () => {
  using survey = new Survey();
  await survey.run();
  await survey.run("--profile", "quick");
  survey.edit("stages/method.ts", 'step + " "', '" " + step');
  const opened = unwrap(await open(survey.project, { set: [] }));
  const paper = { ...opened, publication: {} as Publication };
  const { instances } = unwrap(lastRun(paper, undefined)).run;
  equal(instances["fit[rate=0.1,seed=1]"]?.facts["param steps"], 10);
  // Those of another instance are none of its own.
  const more = unwrap(
    await open(survey.project, { set: ["fit.rates=[0.1, 0.05]"] }),
  );
  const none = lastRun({ ...more, publication: {} as Publication }, undefined);
  equal(none.ok ? "" : none.failure.seen, "fit[rate=0.05,seed=1] has none");
});

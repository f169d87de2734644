/** What is said of the experiment when it is published. */
import { deepEqual } from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "../../../pipeline/config/config.ts";
import { verifierFile } from "../../../pipeline/archive/verifier.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { publication } from "../../../stages/experiment/publication.ts";
import { experimentSchema } from "../../../stages/experiment/schema.ts";
import { git } from "../../pipeline/archive/checkout.ts";
import { skip } from "../../rig/skip.ts";

const ROOT = join(import.meta.dirname!, "../../..");
const path = join(ROOT, "experiment.toml");
const { config } = unwrap(
  readConfig({
    path,
    text: Deno.readTextFileSync(path),
    schema: experimentSchema,
  }),
);

Deno.test("the experiment's own verifier asks for nothing that Node 18 does not have", async () => {
  const { judge } = publication(config);
  const text = await verifierFile(ROOT, judge, "2.9.6");
  const asked = text.split("\n").filter((line) =>
    /\bimport\.meta\b|(?<![\w."'`-])Deno\.\w/.test(line.replace(/\/\/.*/, ""))
  );
  deepEqual(asked, []);
});

Deno.test("the experiment's sources are all that its repository has", async () => {
  const files = await git(ROOT, "ls-files", "-z").catch(() => "");
  if (files === "") return skip("the experiment's sources", "no Git checkout");
  const { sources } = publication(config);
  deepEqual(
    files.split("\0").filter((path) =>
      path !== "" && !sources.includes(path.split("/")[0]!)
    ),
    [],
  );
});

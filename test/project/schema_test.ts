/** The schema that editors have is that of the program. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "smol-toml";
import { PATH, schemaText } from "./schema.ts";

const TEXT = Deno.readTextFileSync(
  new URL("../../experiment.toml", import.meta.url),
);

Deno.test("experiment.schema.json follows from the program's own schema", () => {
  equal(
    Deno.readTextFileSync(PATH),
    schemaText(TEXT),
    "run deno task schema, and commit the file",
  );
});

Deno.test("an editor finds in experiment.toml what the program would, and nothing more", () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(Deno.readTextFileSync(PATH)));
  const wrong = (change: (text: string) => string) => {
    const changed = change(TEXT);
    ok(change === same || changed !== TEXT, "nothing was changed");
    validate(parse(changed));
    return (validate.errors ?? []).map(({ instancePath }) => instancePath)
      .filter((path, at, all) => all.indexOf(path) === at);
  };
  const same = (text: string) => text;
  deepEqual(wrong(same), []);
  const at = (from: string, to: string) =>
    wrong((text) => text.replace(from, to));
  deepEqual(at("[training]\n", "[training]\nbeta3 = 1\n"), ["/training"]);
  deepEqual(at("validation = 5000", "validation = 0"), [
    "/training/validation",
  ]);
  deepEqual(at("epochs = 10\n", "epoch = 10\n"), ["/training"]);
  deepEqual(at('scale = "log"', 'scale = "lin"'), [
    "/figures/learning_curves/scale",
  ]);
  deepEqual(at('"training.seed" = [1]', '"training.seeds" = [1]'), ["/axes"]);
  ok(
    at('"training.seed" = [1]', '"training.seed" = ["one"]')
      .includes("/axes/training.seed/0"),
  );
  deepEqual(at("[profile.quick.training]", "[profile.quick.trainings]"), [
    "/profile/quick",
  ]);
  deepEqual(
    at("[[claims]]", '[stage.x]\nrun = "sh a.sh"\nmetric = "m"\n\n[[claims]]'),
    ["/stage/x"],
  );
});

Deno.test("an editor explains a setting with the comment above it", () => {
  const { properties } = JSON.parse(Deno.readTextFileSync(PATH));
  equal(
    properties.training.properties.batch_size.description,
    "Fixed by the exercise sheet.",
  );
});

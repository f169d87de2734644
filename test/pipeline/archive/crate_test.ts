/** The RO-Crate of an archive: what is connected, and whose it is. */
import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import { noticeFile } from "../../../pipeline/archive/licenses.ts";
import type { Release } from "../../../pipeline/archive/release.ts";
import { openZip } from "../../../pipeline/archive/zip/zip.ts";
import { unwrap } from "../../../pipeline/failure.ts";
import { skip } from "../../rig/skip.ts";
import { CONFIG, Paper } from "./fixture.ts";
import { unpack } from "./tampering.ts";

type Entity = { readonly "@id": string; readonly [property: string]: unknown };

/** An archive of a paper by these authors: its texts, and its crate by id. */
async function archived(config = CONFIG) {
  await using paper = await Paper.write(config);
  await paper.run();
  await paper.publish();
  const { path } = unwrap(await paper.archive());
  const zip = await Deno.makeTempFile({ suffix: ".zip" });
  await Deno.copyFile(path, zip);
  using container = openZip(zip);
  const texts = new Map(
    container.members.map(({ name }) =>
      [name, new TextDecoder().decode(container.read(name))] as const
    ),
  );
  const graph: Entity[] =
    JSON.parse(texts.get("ro-crate-metadata.json")!)["@graph"];
  return {
    zip,
    text: (name: string) => texts.get(name)!,
    crate: new Map(graph.map((entity) => [entity["@id"], entity])),
  };
}

const { zip, crate, text } = await archived();
globalThis.addEventListener("unload", () => Deno.removeSync(zip));

function ids(value: unknown): string[] {
  return [value ?? []].flat().map((one) => (one as Entity)["@id"]);
}

Deno.test("what goes into the workflow is followed through its steps to what comes out", () => {
  const wires = [...crate.values()].filter((entity) =>
    entity["@type"] === "ParameterConnection"
  ).map(({ sourceParameter, targetParameter }) =>
    [...ids(sourceParameter), ...ids(targetParameter)].join(" -> ")
  );
  deepEqual(wires, [
    "#out-train-weights -> #in-metrics-weights",
    "#out-metrics-metrics -> #in-claims-metrics",
    "#out-metrics-metrics -> #in-figures-metrics",
    "#out-claims-claims -> #output-claims-claims",
    "#out-figures-svg -> #output-figures-svg",
    "#out-metrics-metrics -> #output-metrics-metrics",
    "#out-train-weights -> #output-train-weights",
  ]);
  const workflow = crate.get("code/stages/train.ts")!;
  deepEqual(ids(workflow.output), [
    "#output-claims-claims",
    "#output-figures-svg",
    "#output-metrics-metrics",
    "#output-train-weights",
  ]);
  deepEqual(ids(crate.get("results/figures/losses.svg")?.exampleOfWork), [
    "#out-figures-svg",
    "#output-figures-svg",
  ]);
  deepEqual(ids(crate.get("code/notes/text.txt")?.exampleOfWork), [
    "#in-metrics-text",
  ]);
  deepEqual(ids(crate.get("#step-metrics")?.connection), ["#connection-1"]);
  deepEqual(ids(crate.get("#output-train-weights")?.workExample), [
    "results/models/lr-0.01.bin",
    "results/models/lr-0.1.bin",
  ]);
});

Deno.test("a parameter's examples are in the archive, for the profile wants files and values", () => {
  equal(crate.get("#out-metrics-notes")?.workExample, undefined);
  for (const { "@type": type, workExample } of crate.values()) {
    if (type !== "FormalParameter") continue;
    for (const id of ids(workExample)) {
      const types = [crate.get(id)?.["@type"]].flat();
      equal(
        types.includes("File") || types.includes("PropertyValue"),
        true,
        id,
      );
    }
  }
});

Deno.test("the crate has the workflow's picture, what a stage took, and the reason of a parameter", () => {
  deepEqual(ids(crate.get("code/stages/train.ts")?.image), ["workflow.svg"]);
  deepEqual(crate.get("workflow.svg")?.["@type"], ["File", "ImageObject"]);
  equal(text("workflow.svg").startsWith("<svg"), true);
  const [time] = ids(crate.get("#action-metrics")?.resourceUsage);
  equal(crate.get(time!)?.unitCode, "SEC");
  equal(
    crate.get("#param-train-learning_rate")?.description,
    "As the paper has it.",
  );
  equal(crate.get("#param-train-epochs")?.description, undefined);
});

Deno.test("an organisation signs with one name in every document, and publishes", async () => {
  const name = "The Example Group";
  const { zip, crate, text } = await archived({
    ...CONFIG,
    authors: [{ name }],
  });
  await Deno.remove(zip);
  deepEqual(crate.get("#author-1"), {
    "@id": "#author-1",
    "@type": "Organization",
    name,
  });
  deepEqual(ids(crate.get("./")?.publisher), ["#author-1"]);
  deepEqual(JSON.parse(text(".zenodo.json")).creators, [{ name }]);
  deepEqual(JSON.parse(text("codemeta.json")).author, [
    { "@type": "Organization", name },
  ]);
  equal(text("CITATION.cff").includes(`authors:\n  - name: "${name}"\n`), true);
  equal(text("README.md").includes(`by ${name}, under MIT`), true);
});

Deno.test("codemeta.json names what is needed as a thing, for a text would be read as an address", () => {
  deepEqual(JSON.parse(text("codemeta.json")).softwareRequirements, [{
    "@type": "SoftwareApplication",
    name: "Deno",
    softwareVersion: Deno.version.deno,
    url: "https://deno.com/",
  }]);
});

Deno.test("an archive says whose work it carries along, and on what terms", () => {
  deepEqual(
    noticeFile({
      publication: {
        license: "MIT",
        carried: [{
          name: "A plot 1.2",
          holder: "Somebody",
          license: "BSD-3-Clause",
          page: "https://example.org/plot",
          where: "in the page",
        }],
        datasets: [{
          name: "Numbers",
          page: "https://example.org/numbers",
          citation: "Example: Numbers",
          terms: "Commonly so",
          license: "CC-BY-SA-3.0",
        }],
      },
      data: true,
      vendor: {
        packages: [
          { name: "a", version: "1", license: "MIT" },
          { name: "lib", version: "2", license: "LGPL-3.0-or-later" },
        ],
      },
    } as unknown as Release).split("\n"),
    [
      "# Notice",
      "",
      "This archive is under MIT (`LICENSE`), but for the work of others in it.",
      "",
      "| what | where | by | licence |",
      "|---|---|---|---|",
      "| [A plot 1.2](https://example.org/plot) | in the page | Somebody | BSD-3-Clause |",
      "| [Numbers](https://example.org/numbers) | `data/` | Example: Numbers | CC-BY-SA-3.0. Commonly so |",
      "| npm packages | `vendor/npm/`, unchanged | see each tarball | [`vendor/PACKAGES.md`](vendor/PACKAGES.md) |",
      "",
      "Under the LGPL are lib 2: libraries of their own, unchanged, in files of their own, which may be replaced by others. Their sources are where their tarballs say.",
      "",
    ],
  );
  const license = "https://spdx.org/licenses/CC-BY-SA-3.0";
  const file = crate.get("https://example.org/numbers.gz");
  deepEqual(ids(file?.license), [license]);
  equal(crate.get(license)?.name, "CC-BY-SA-3.0");
  match(text("NOTICE.md"), /There is none\./);
});

Deno.test("rocrate-validator finds nothing that a crate must have and this one has not", async () => {
  const folder = await Deno.makeTempDir();
  unpack(zip, folder);
  for (const crate of [folder, zip]) {
    const python = Deno.env.get("ROCRATE_PYTHON") ?? "python3";
    const { code, stdout, stderr } = await new Deno.Command(python, {
      args: [join(import.meta.dirname!, "rocrate.py"), crate],
    }).output();
    const said = new TextDecoder().decode(stdout);
    if (code === 77) {
      skip("rocrate-validator", said.trim());
      break;
    }
    equal(said, "", new TextDecoder().decode(stderr));
    equal(code, 0);
  }
  await Deno.remove(folder, { recursive: true });
});

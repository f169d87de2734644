/**
 * The whole experiment in one process, on a few drawn digits: a program, so that
 * it can be run on an emulated processor. Prints the digest of every artifact.
 */
import { digestFile } from "../../pipeline/store/digest.ts";
import { perform } from "../rig/perform.ts";

const [folder = ""] = Deno.args;

const { artifacts } = await perform(folder, {
  set: ["training.epochs=1", "training.images=128", "denoising.images=20"],
  counts: { train: 128, validation: 64, test: 64 },
  standIn: true,
  data: null,
});
for (const [name, path] of Object.entries(artifacts)) {
  // deno-lint-ignore no-console -- its result
  console.log(`${digestFile(`${folder}/${path}`)}  ${name}`);
}

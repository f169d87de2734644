import { resolve } from "node:path";
import { skip } from "../../rig/skip.ts";

/**
 * The folder with the true MNIST files: what `DATASET_MIRROR` names, as for
 * `reproduce`, or the one that lies beside the project on some machines.
 */
function find(): string | undefined {
  const given = Deno.env.get("DATASET_MIRROR");
  const path = given === undefined || /^https?:/.test(given)
    ? new URL("../../../../shared/mnist", import.meta.url).pathname
    : resolve(given);
  try {
    Deno.statSync(`${path}/t10k-labels-idx1-ubyte.gz`);
    return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    skip(
      "tests on true MNIST",
      `its files are not in ${path}; DATASET_MIRROR names another folder`,
    );
    return undefined;
  }
}

export const mirror = find();

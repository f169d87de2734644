import { equal, match } from "node:assert/strict";
import { difference } from "../../../stages/formats/difference.ts";
import { writeLayersModel } from "../../../stages/formats/layers-model.ts";
import { chainOf } from "../../../stages/network/layer.ts";
import { autoencoder, topology } from "../../../stages/network/network.ts";
import { parameters, weights } from "../../../stages/network/weights.ts";

const NETWORK = topology(autoencoder({
  encoder: [2, 1],
  decoder: [2],
  kernel: 3,
  relu: "convolutions",
  initializer: "glorot_uniform",
}, { channels: 1, height: 8, width: 6 }));
const WEIGHTS = weights(chainOf(NETWORK));
const COUNT = parameters(WEIGHTS);

/** The artifacts of a network whose numbers are 0 but for these. */
function artifacts(numbers: { readonly [place: number]: number }) {
  const values = new Float32Array(COUNT);
  for (const [place, value] of Object.entries(numbers)) {
    values[Number(place)] = value;
  }
  const { model, weights } = writeLayersModel(NETWORK, values);
  const files: { readonly [path: string]: Uint8Array<ArrayBuffer> } = {
    "m/model.json": new TextEncoder().encode(model),
    "m/weights.bin": weights,
  };
  return (path: string) => files[path];
}

Deno.test("difference() names the weight, its place, both values and how many differ", () => {
  // The second weight is the bias of the first layer, behind its kernel of 3 × 3 × 1 × 2.
  equal(
    difference(
      "m/weights.bin",
      artifacts({ 4: 0.5 }),
      artifacts({ 4: 0.75, 19: 2 }),
    ),
    `${WEIGHTS[1]!.name}[1]: 0 → 2; 2 of ${COUNT} values differ`,
  );
  match(
    difference("m/weights.bin", artifacts({}), artifacts({ 5: 1 }))!,
    /\[0,2,0,1\]: 0 → 1; 1 of /,
  );
});

Deno.test("difference() is silent about equal weights, other files and what it cannot read", () => {
  const [was, now] = [artifacts({}), artifacts({ 1: 1 })];
  equal(difference("m/weights.bin", was, was), undefined);
  equal(difference("m/model.json", was, now), undefined);
  equal(difference("m/weights.bin", was, () => undefined), undefined);
  const cut = (path: string) =>
    path.endsWith(".bin") ? now(path)?.slice(4) : now(path);
  equal(difference("m/weights.bin", was, cut), undefined);
});

/** The order in which images are seen: a new one in each epoch, the same for every learning rate. */
import { stream } from "../random/stream.ts";

/** The images of an epoch (1, 2, …), shuffled by Fisher and Yates. */
export function order(
  images: number,
  seed: number,
  epoch: number,
): Uint32Array<ArrayBuffer> {
  // An epoch has a stream of its own, so that training can resume at any of them.
  const { below } = stream(seed, `shuffle ${epoch}`);
  const result = Uint32Array.from({ length: images }, (_, index) => index);
  for (let last = images - 1; last > 0; last--) {
    const other = below(last + 1);
    const moved = result[last] as number;
    result[last] = result[other] as number;
    result[other] = moved;
  }
  return result;
}

/** Copies the images at some places next to each other. */
export function gather(
  images: Uint8Array,
  places: Uint32Array,
  pixels: number,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(places.length * pixels);
  places.forEach((place, index) =>
    result.set(
      images.subarray(place * pixels, (place + 1) * pixels),
      index * pixels,
    )
  );
  return result;
}

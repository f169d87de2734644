import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parseImages,
  pick,
  readImages,
  slice,
} from "../../../stages/formats/images.ts";
import { refusal, SEEDED } from "./format.ts";

const images = fc.record({
  height: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 5 }),
  count: fc.integer({ min: 1, max: 6 }),
}).chain((size) =>
  fc.uint8Array({
    minLength: size.count * size.height * size.width,
    maxLength: size.count * size.height * size.width,
  }).map((bytes) => ({ ...size, bytes: Uint8Array.from(bytes) }))
);

Deno.test("a file of images reads as it was written, image by image", () => {
  const path = Deno.makeTempFileSync();
  fc.assert(
    fc.property(images, ({ bytes, ...size }) => {
      Deno.writeFileSync(path, bytes);
      const read = readImages(path, size);
      assert.deepEqual(read, { ...size, bytes });
      const numbers = Array.from({ length: size.count }, (_, i) => i);
      assert.deepEqual(
        Uint8Array.from(pick(read, numbers).flatMap((one) => [...one])),
        bytes,
      );
      const [head, tail] = [slice(read, 0, 1), slice(read, 1, Infinity)];
      assert.equal(head.count + tail.count, size.count);
      assert.deepEqual(Uint8Array.of(...head.bytes, ...tail.bytes), bytes);
    }),
    SEEDED,
  );
  Deno.removeSync(path);
});

Deno.test("what is no whole number of images is refused, and so is an image that is not there", () => {
  const size = { height: 2, width: 3 };
  const said = (length: number) =>
    refusal(() => parseImages(new Uint8Array(length), size, "test-images.u8"));
  assert.equal(said(12), "fine");
  for (const length of [0, 5, 7]) {
    assert.equal(
      said(length),
      `Cannot read test-images.u8: ${length} bytes are no images of 2 × 3`,
    );
  }
  const two = parseImages(new Uint8Array(12), size, "test-images.u8");
  assert.equal(
    refusal(() => pick(two, [1, 2])),
    "Cannot show image 2: there are 2 images, counted from 0",
  );
});

/** Every artifact of the experiment, on another processor. */
import { deepEqual, ok } from "node:assert/strict";
import { runs } from "../stages/training/fixture.ts";
import { artifactDigests } from "./digests.ts";

// An ELF program, not the script that npm puts in its place.
const deno = await Deno.realPath(Deno.execPath());

const emulated = Deno.build.arch === "x86_64" &&
  runs(
    "qemu-x86_64",
    ["-cpu", "Nehalem", deno, "--version"],
    "artifacts of another x86-64 processor",
  );

Deno.test(
  "every artifact has the same bytes on a Nehalem, without AVX and FMA",
  {
    ignore: !emulated,
  },
  async () => {
    const [here, there] = await Promise.all([
      artifactDigests([deno]),
      artifactDigests(["qemu-x86_64", "-cpu", "Nehalem", deno]),
    ]);
    ok(here.size > 40);
    deepEqual(there, here);
  },
);

/** The portable engine's promise: the same bits on every processor, with one thread here and two there. */
import assert from "node:assert/strict";
import { CHAIN, digest } from "./bits.ts";
import { chain, runs } from "./fixture.ts";

/** Of the weights after thirty steps. A change of the training graph changes it. */
const DIGEST =
  "3f488aa5c7d349f115cf2da4f2cb5c0077389da252ea64398fe2e9b1e8f4933a";

const script = new URL("./bits.ts", import.meta.url).pathname;
const root = new URL("../../../", import.meta.url).pathname;

/** Deno itself for ARM64: the npm package of this name, unpacked somewhere. */
const ARM = {
  deno: Deno.env.get("DENO_ARM64") ??
    `${root}node_modules/@deno/linux-arm64-glibc/deno`,
  // Of Debian's libc6-arm64-cross and libgcc-s1-arm64-cross.
  libraries: "/usr/aarch64-linux-gnu",
};

async function emulated(
  command: string,
  args: readonly string[],
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [
      ...args,
      "run",
      "--no-check",
      "--allow-read",
      // Another architecture must not bring its packages into this folder.
      "--node-modules-dir=manual",
      "--no-lock",
      "--cached-only",
      script,
      "2", // threads
    ],
    cwd: root,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the network of this test is that of the experiment", () => {
  assert.deepEqual(CHAIN, chain());
});

Deno.test("portable training gives the bits that were written down", async () => {
  assert.equal(await digest(), DIGEST);
});

// An ELF program, not the script that npm puts in its place.
const deno = await Deno.realPath(Deno.execPath());
const intel = Deno.build.arch === "x86_64" &&
  runs(
    "qemu-x86_64",
    ["-cpu", "Nehalem", deno, "--version"],
    "bits of other x86-64 processors",
  );

for (const processor of ["Nehalem", "Haswell"]) {
  Deno.test(`portable training gives the same bits on a ${processor}`, {
    ignore: !intel,
  }, async () => {
    assert.equal(
      await emulated("qemu-x86_64", ["-cpu", processor, deno]),
      DIGEST,
    );
  });
}

const arm = runs(
  "qemu-aarch64",
  ["-L", ARM.libraries, ARM.deno, "--version"],
  "bits of ARM64 (DENO_ARM64 names its Deno)",
);

Deno.test("portable training gives the same bits on ARM64", {
  ignore: !arm,
}, async () => {
  assert.equal(
    await emulated("qemu-aarch64", ["-L", ARM.libraries, ARM.deno]),
    DIGEST,
  );
});

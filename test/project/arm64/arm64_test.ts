/**
 * Every artifact of the experiment on an emulated ARM64, which takes a quarter of
 * an hour: only `deno task test arm64` does it. It installs Deno for that processor;
 * the emulator and its C library are Debian's.
 */
import { deepEqual, ok } from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ASKED, skip } from "../../rig/skip.ts";
import { artifactDigests } from "../digests.ts";

const original = new URL("../../../", import.meta.url).pathname;

const LIBRARIES = "/usr/aarch64-linux-gnu";
const PACKAGES = [
  "qemu-user",
  "libc6-arm64-cross",
  "libgcc-s1-arm64-cross",
  "libstdc++6-arm64-cross",
];

const asked = Deno.env.get(ASKED)?.split(" ").includes("arm64") ?? false;
if (!asked) {
  skip(
    "artifacts on an emulated ARM64",
    "it takes a quarter of an hour; `deno task test arm64` asks for it",
  );
}

async function output(cwd: string, ...command: string[]): Promise<string> {
  const [name = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(name, { args, cwd })
    .output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(text.decode(stderr));
  return text.decode(stdout);
}

/** Deno for ARM64, of the version that runs this, unpacked below a folder. */
async function install(folder: string): Promise<string> {
  const name = `@deno/linux-arm64-glibc@${Deno.version.deno}`;
  const file = await output(folder, "npm", "pack", "--silent", name);
  await output(folder, "tar", "-xf", file.trim());
  return join(folder, "package/deno");
}

/**
 * The project, but for the native ONNX Runtime, which crashes under the emulator (not
 * on the chip). The portable one stands in for it: what the native one gives is in
 * no artifact, only that both agree.
 */
async function copy(folder: string): Promise<string> {
  const root = join(folder, "project");
  const files = await output(
    original,
    "git",
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
    "-z",
  );
  for (const file of files.split("\0").filter(Boolean)) {
    const path = join(original, file);
    // One that was deleted, and not yet committed.
    if (!existsSync(path)) continue;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(path, join(root, file));
  }
  Deno.writeTextFileSync(
    join(root, "stages/onnx/native.ts"),
    'export { portable as native, VERSION } from "./portable.ts";\n',
  );
  symlinkSync(join(original, "node_modules"), join(root, "node_modules"));
  return root;
}

Deno.test("every artifact has the same bytes on an ARM64", {
  ignore: !asked,
}, async () => {
  const emulator = ["qemu-aarch64", "-L", LIBRARIES];
  const folder = await Deno.makeTempDir({ prefix: "arm64-" });
  try {
    const deno = await install(folder);
    const version = await output(folder, ...emulator, deno, "--version")
      .catch((error) => {
        const install = `apt-get install ${PACKAGES.join(" ")}`;
        throw new Error(`cannot emulate an ARM64: ${install}`, {
          cause: error,
        });
      });
    ok(version.includes("aarch64"), version);
    const root = await copy(folder);
    const here = await artifactDigests([Deno.execPath()], root);
    const there = await artifactDigests([...emulator, deno], root);
    ok(here.size > 40);
    deepEqual(there, here);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

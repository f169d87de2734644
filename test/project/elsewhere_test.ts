/** Every artifact of the experiment, on another processor. */
import { deepEqual, equal } from "node:assert/strict";
import { runs } from "../stages/training/fixture.ts";

const root = new URL("../../", import.meta.url).pathname;
const program = new URL("elsewhere.ts", import.meta.url).pathname;

// An ELF program, not the script that npm puts in its place.
const deno = await Deno.realPath(Deno.execPath());

/** The artifacts' digests by path, as a processor makes them. */
async function make(...command: string[]): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "elsewhere-" });
  try {
    const [name = "", ...args] = [...command, deno];
    const { code, stdout, stderr } = await new Deno.Command(name, {
      args: [...args, "run", "-A", "--no-check", program, folder],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    return new Map(
      lines.map((line) => {
        const [digest = "", path = ""] = line.split("  ");
        return [path, digest];
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

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
      make(),
      make("qemu-x86_64", "-cpu", "Nehalem"),
    ]);
    equal(here.size > 40, true);
    deepEqual(there, here);
  },
);

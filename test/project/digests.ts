/** The digest of every artifact of a small experiment, as a processor makes them. */

const original = new URL("../../", import.meta.url).pathname;

/**
 * Runs `elsewhere.ts` of a project by a Deno, which may be behind an emulator, and
 * gives the digests by path.
 */
export async function artifactDigests(
  command: readonly string[],
  root = original,
): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "elsewhere-" });
  try {
    const [name = "", ...args] = command;
    const { code, stdout, stderr } = await new Deno.Command(name, {
      args: [
        ...args,
        "run",
        "-A",
        "--no-check",
        "--no-lock",
        "--cached-only",
        "--node-modules-dir=manual",
        "test/project/elsewhere.ts",
        folder,
      ],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
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

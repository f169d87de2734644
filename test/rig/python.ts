/** Debian's Python with onnx and torch, where it is installed: an independent judge. */
import { skip } from "./skip.ts";

/** Runs a program, by its absolute path; its standard output. */
export async function python(
  program: string,
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, {
    args: [program, ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const PYTHON = "/usr/bin/python3";

/** Whether a Python module can be imported; says so on the console if not. */
export function has(module: string): boolean {
  try {
    const { success } = new Deno.Command(PYTHON, {
      args: ["-c", `import ${module}`],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (success) return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  skip(`comparisons with Python's ${module}`, "it is not installed");
  return false;
}

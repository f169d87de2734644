/** Tries small programs of the machine, to learn what it offers. */

/** Whether a program is there and ends well. */
export function succeeds(program: string, args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied
    ) return false;
    throw error;
  }
}

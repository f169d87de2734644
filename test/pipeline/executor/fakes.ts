/** Programs that stand in for those of a cluster, where a real one would never say such a thing. */
import { join } from "node:path";

/** A folder for the beginning of PATH with shell scripts of these names. */
export function fake(
  scripts: { readonly [program: string]: string },
): Disposable & { readonly folder: string } {
  const folder = Deno.makeTempDirSync({ prefix: "fakes-" });
  for (const [program, script] of Object.entries(scripts)) {
    Deno.writeTextFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }
  return {
    folder,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/**
 * A puppet: opens the folder `artifacts` of its argument again and again, reads all
 * that `run.json` names, and compares. Prints at its end how often what it saw was
 * whole, and what was not. It ends when its input does.
 *
 * The folder is opened once each time, as the working folder of this process. What
 * it cannot find there counts as gone if another folder has the name by then: this
 * one is two generations old and about to be removed.
 */
import { digestBytes } from "../../../pipeline/store/digest.ts";

const place = `${Deno.args[0]}/artifacts`;
const found = { whole: 0, gone: 0, mixed: [] as string[] };
let over = false;
const input = (async () => {
  for await (const _ of Deno.stdin.readable);
  over = true;
})();
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
while (!over) {
  await new Promise((resolve) => setTimeout(resolve, 0));
  try {
    Deno.chdir(place);
  } catch (error) {
    found.mixed.push(`no folder: ${error}`);
    continue;
  }
  try {
    const run = JSON.parse(Deno.readTextFileSync("run.json"));
    const files = Object.entries(run.artifacts) as [
      string,
      { digest: string },
    ][];
    for (const [path, { digest }] of files) {
      if (digestBytes(Deno.readFileSync(path)) === digest) continue;
      found.mixed.push(`${path} is not of ${run.run.id}`);
    }
    found.whole++;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (Deno.statSync(".").ino !== Deno.statSync(place).ino) found.gone++;
    else found.mixed.push(String(error));
  }
}
await input;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(found) + "\n"));

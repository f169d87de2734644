/**
 * Replays a story on this terminal, to be looked at:
 * `deno run -A test/pipeline/render/demo.ts first-run 10` at ten times its speed.
 */
import { openConsole } from "../../../pipeline/cli/console.ts";
import { live } from "../../../pipeline/render/terminal.ts";
import { plain } from "../../../pipeline/render/plain.ts";
import { STORIES } from "./story.ts";

const [name = "first-run", speed = "10", manner = "live"] = Deno.args;
const story = STORIES[name];
if (!story) throw new Error(`stories: ${Object.keys(STORIES).join(", ")}`);
const { err, out, style } = openConsole();
const { report, close } = manner === "live"
  ? live(err, out, style)
  : { report: plain(err, out, style), close: () => {} };
const began = performance.now();
for (const { at, event } of story()) {
  const wait = at * 1000 / Number(speed) - (performance.now() - began);
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  report(event);
}
close();

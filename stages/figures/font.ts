/**
 * The one font of the figures. System fonts are switched off for the stage, so a
 * figure cannot look different where other fonts are installed.
 */
import { join } from "node:path";
import { GlobalFonts } from "@napi-rs/canvas";
// Imported for its digest: the font's package is a fact of every figure.
import fonts from "@expo-google-fonts/source-sans-3/package.json" with {
  type: "json",
};
import { StageError } from "../../pipeline/stage/task.ts";

/** The family, in the regular and the semibold weight. */
export const FONT = "Source Sans 3";

/** Where the package lies; a declaration lets the stage read it. */
export const FOLDER = join(
  import.meta.dirname!, // a local file always has one
  "../../node_modules/@expo-google-fonts/source-sans-3",
);

const FILES = [
  "400Regular/SourceSans3_400Regular.ttf",
  "600SemiBold/SourceSans3_600SemiBold.ttf",
];

/** Makes the font known to the canvas. An unknown font would draw nothing, silently. */
export function registerFont(): void {
  for (const file of FILES) {
    const bytes = Deno.readFileSync(`${FOLDER}/${file}`);
    if (!GlobalFonts.register(bytes as never, FONT)) {
      throw new StageError(
        `Cannot load the font ${file}`,
        `the canvas refused the file of ${fonts.name} ${fonts.version}`,
        "remove node_modules and run again",
      );
    }
  }
}

/** A CSS font of so many points. */
export function font(points: number, weight: 400 | 600 = 400): string {
  return `${weight} ${points}px '${FONT}'`;
}

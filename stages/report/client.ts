/**
 * The page's own code: modules for the browser, put one after the other into a
 * function of its own. They need no bundler, for they import only each other and
 * no two of them use a name twice (a test loads the result).
 */
import aligned from "./client/aligned.js" with { type: "text" };
import forward from "./client/forward.js" with { type: "text" };
import picture from "./client/picture.js" with { type: "text" };
import fit from "./client/fit.js" with { type: "text" };
import theme from "./client/theme.js" with { type: "text" };
import opened from "./client/opened.js" with { type: "text" };
import compared from "./client/compared.js" with { type: "text" };
import marks from "./client/marks.js" with { type: "text" };
import labels from "./client/labels.js" with { type: "text" };
import table from "./client/table.js" with { type: "text" };
import plot from "./client/plot.js" with { type: "text" };
import chart from "./client/chart.js" with { type: "text" };
import tiles from "./client/tiles.js" with { type: "text" };
import playground from "./client/playground.js" with { type: "text" };
import run from "./client/run.js" with { type: "text" };
import start from "./client/start.js" with { type: "text" };

/** In an order in which what is used comes before its users. */
const MODULES = [
  aligned,
  forward,
  picture,
  fit,
  theme,
  opened,
  compared,
  marks,
  labels,
  plot,
  chart,
  tiles,
  playground,
  run,
  table,
  start,
];

/** The script that brings the page to life. */
export function program(): string {
  const code = MODULES.map((text) =>
    text.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "")
  ).join("\n");
  return `(() => {\n"use strict";\n${code}})();\n`;
}

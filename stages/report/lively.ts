/** What brings a report to life: the page's own code, and the plotter that it uses. */
import uplot from "../../node_modules/uplot/dist/uPlot.iife.min.js" with {
  type: "text",
};
import uplotStyle from "../../node_modules/uplot/dist/uPlot.min.css" with {
  type: "text",
};
import licence from "../../node_modules/uplot/LICENSE" with { type: "text" };
import { program } from "./client.ts";

/** Parts of a page. */
export const LIVELY = {
  style: uplotStyle,
  scripts: [
    `/*!\nuPlot, which draws the learning curves:\n\n${licence}*/\n${uplot}`,
    program(),
  ],
} as const;

/** Brings the page to life. */
import { startChart } from "./chart.js";
import { startOpening } from "./opened.js";
import { showOwnRun, showRun } from "./run.js";
import { startStudio } from "./playground.js";
import { startTables } from "./table.js";
import { startTheme } from "./theme.js";
import { startTiles } from "./tiles.js";

const material = JSON.parse(document.getElementById("material").textContent);

startTheme();
const chart = startChart(material);
const showTiles = startTiles(material);
const studio = material.runs ? startStudio(material, showTiles) : null;
startTables();
startOpening(
  { run: showRun, curve: chart.addCurve, metrics: chart.addMetrics },
  (message) => {
    chart.complain(message);
    document.getElementById("run-status").textContent = message;
  },
);

showOwnRun();

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text); // some browsers refuse from file://
    }
  });
}

// For the console, where a reader may want to look closer.
globalThis.facsimile = {
  chart: chart.state,
  reconstruct: studio?.reconstruct,
};

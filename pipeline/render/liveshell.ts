/** What holds the sections of a live page: its head, its style, and the script that replaces them. */
import { escape } from "../text/markup.ts";
import { SECTIONS, type Sections } from "./livepage.ts";

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
.what { opacity: .7; margin: 0 0 1.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; font-weight: normal; padding: .25rem 1rem .25rem 0; vertical-align: top; border-top: 1px solid #8883; }
th { white-space: nowrap; width: 1%; padding-right: 2rem; }
#stages td:nth-child(2) { white-space: nowrap; width: 1%; padding-right: 2rem; }
#running td:nth-child(2) { width: 35%; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 0; padding-left: 1rem; }
pre { margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
progress { width: 100%; min-width: 8rem; height: .6rem; accent-color: #2a6fb0; }
.green { color: #1d7a3c; } .red { color: #b3261e; } .yellow { color: #8a6100; }
@media (prefers-color-scheme: dark) { .green { color: #6fcf8f; } .red { color: #ff8a80; } .yellow { color: #e3b341; } }
.pictures { list-style: none; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.pictures li { font-size: .85rem; overflow-wrap: anywhere; }
.pictures img { display: block; width: 100%; height: 12rem; object-fit: contain; background: #fff; border: 1px solid #8883; border-radius: 4px; }
`;

/**
 * Replaces the sections that are sent, and goes to the result when there is one. An
 * answer that breaks off is a run that has ended: nobody is asked again and again.
 */
const SCRIPT = `
const events = new EventSource("events");
events.onmessage = ({ data }) => {
  for (const [name, html] of Object.entries(JSON.parse(data))) document.getElementById(name).innerHTML = html;
};
events.addEventListener("result", () => { events.close(); location.replace("result"); });
events.addEventListener("end", () => events.close());
events.onerror = () => {
  events.close();
  if (!document.querySelector("#gone")) document.querySelector("main").insertAdjacentHTML("beforebegin", '<p id="gone" class="yellow">The run that showed this page is gone.</p>');
};
`;

/** The whole page with its sections as they are; `nonce` is what the browser is told to trust. */
export function shell(
  title: string,
  sections: Sections,
  nonce: string,
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="5"></noscript>
<style nonce="${nonce}">${STYLE}</style>
<p class="what">${escape(title)}</p>
<main>
${
    SECTIONS.map((name) =>
      `<section id="${name}"${name === "state" ? ' aria-live="off"' : ""}>${
        sections[name]
      }</section>`
    ).join("\n")
  }
</main>
<script nonce="${nonce}">${SCRIPT}</script>
</html>
`;
}

/** How the archive's page looks: on phones, on paper, in the dark. */

export const STYLE = `:root {
  color-scheme: light dark;
  --ink: #1d2129; --soft: #59616e; --line: #dfe3e8; --ground: #fff; --raised: #f5f6f8;
  --link: #0a58a8; --good: #176b3a; --bad: #b3261e; --open: #7a5b00; --warn: #fff4d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7ec; --soft: #a0a8b4; --line: #343a44; --ground: #14171c; --raised: #1d2128;
    --link: #7db7f5; --good: #6fce95; --bad: #ff8a80; --open: #e3c063; --warn: #3a3011;
  }
}
* { box-sizing: border-box; }
html { background: var(--ground); }
body {
  margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 46rem;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink);
}
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; padding-top: .25rem; }
p { margin: 0 0 .75rem; }
a { color: var(--link); text-underline-offset: .15em; }
.by, figcaption, .numbers, summary span, footer { color: var(--soft); }
code { font: .85em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { background: var(--raised); border-radius: .4rem; padding: .7rem .9rem; overflow-x: auto; margin: 0 0 1rem; }
pre code { overflow-wrap: normal; }
nav { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.25rem; }
nav a { border: 1px solid var(--line); border-radius: 2rem; padding: .35rem .9rem; text-decoration: none; }
nav a:first-child { background: var(--link); border-color: var(--link); color: var(--ground); font-weight: 600; }
.claims { list-style: none; margin: 0; padding: 0; }
.claims li { border-left: 3px solid currentColor; padding: .1rem 0 .1rem 1rem; margin: 0 0 1.25rem; }
.claims p { color: var(--ink); margin: 0 0 .25rem; }
.claims .verdict { color: inherit; font-weight: 600; }
.claims .numbers { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.holds { color: var(--good); } .fails { color: var(--bad); } .not-judged { color: var(--open); }
.shown { margin: 0 0 2rem; }
.shown a { display: inline-block; max-width: 100%; background: #fff; border-radius: .3rem; padding: .5rem; border: 1px solid var(--line); }
.shown img { display: block; max-width: 100%; height: auto; }
figcaption { font-size: .9rem; margin-top: .5rem; }
figcaption strong { color: var(--ink); }
details { border-top: 1px solid var(--line); }
details:last-child { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: .55rem 0; }
summary span { margin-left: .5rem; font-size: .9rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; margin: 0 0 1rem; }
td, th { text-align: left; vertical-align: top; padding: .15rem .75rem .15rem 0; }
th { color: var(--soft); font-weight: 400; }
td:first-child { overflow-wrap: anywhere; }
td:nth-child(2), th:nth-child(2) { text-align: right; white-space: nowrap; }
.draft { background: var(--warn); border-radius: .4rem; padding: .75rem 1rem .25rem; margin: 0 0 1.5rem; }
.draft ul { margin: 0 0 .5rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
.draft li { white-space: pre-line; margin: 0 0 .25rem; }
footer { margin-top: 3rem; font-size: .9rem; }
@media (max-width: 30rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.45rem; }
  td:nth-child(3), th:nth-child(3) { display: none; }
}
@media print {
  :root { --ink: #000; --soft: #333; --line: #bbb; --ground: #fff; --raised: #f2f2f2; --link: #000; --good: #000; --bad: #000; --open: #000; --warn: #f2f2f2; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  nav, #files, section:has(> #files) { display: none; }
  h2 { break-after: avoid; }
  .shown, .claims li, pre { break-inside: avoid; }
  .shown a { border: 0; padding: 0; }
}`;

/** ro-crate-preview.html: the archive at a glance, in one page without a script. */
import { authorName } from "./author.ts";
import { escapeHtml } from "./citation.ts";
import { type Described, fileId } from "./crate/entity.ts";
import { outline } from "./outline.ts";
import { type Release, releaseDate } from "./release.ts";
import { archivePath } from "./layout.ts";

/** The page. */
export function previewFile(
  release: Release,
  files: readonly Described[],
): string {
  const { publication, run, code, missing } = release;
  const e = escapeHtml;
  const pictures = Object.keys(run.artifacts).map(archivePath)
    .filter((name) => name.endsWith(".png"));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${e(publication.title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ddd; }
code { font-size: .85em; overflow-wrap: anywhere; }
img, svg { max-width: 100%; height: auto; }
.draft { background: #fff3cd; padding: .5rem 1rem; }
</style>
</head>
<body>
<h1>${e(publication.title)}</h1>
${
    missing.length > 0
      ? `<p class="draft"><strong>Draft, not for publication.</strong> ${
        e(missing.join("; "))
      }</p>\n`
      : ""
  }<p>${
    e(
      publication.authors.map(authorName).join(", "),
    )
  } · version ${e(publication.version)} · ${releaseDate(release)} · ${
    e(publication.license)
  }</p>
<p>${e(publication.description)}</p>
<p>Sources as run: <code>${e(code)}</code></p>
<h2>Claims</h2>
<table>
<tr><th>verdict</th><th>claim</th><th>numbers</th></tr>
${
    run.verdicts.map(({ sentence, verdict, evidence }) =>
      `<tr><td>${e(verdict)}</td><td>${e(sentence)}</td><td>${
        e(typeof evidence.summary === "string" ? evidence.summary : "")
      }</td></tr>`
    ).join("\n")
  }
</table>
<h2>How it was made</h2>
${outline(run).replace(/^<\?xml[^>]*>\s*/, "")}
<h2>Pictures</h2>
${
    pictures.map((name) =>
      `<p><img src="${e(fileId(name))}" alt="" loading="lazy"><br>${
        e(name)
      }</p>`
    ).join("\n")
  }
<h2>Files</h2>
<table>
<tr><th>file</th><th>bytes</th><th>SHA-256</th></tr>
${
    files.map(({ name, size, digest }) =>
      `<tr><td><a href="${e(fileId(name))}">${
        e(name)
      }</a></td><td>${size}</td><td><code>${
        digest.slice(0, 16)
      }…</code></td></tr>`
    ).join("\n")
  }
</table>
</body>
</html>
`;
}

/**
 * ro-crate-preview.html: the archive at a glance, in one page without a script.
 * First what a reviewer asks: does it hold, where do I read on, how do I check it.
 */
import { counted } from "../text/quantity.ts";
import type { Verdict } from "../stage/declaration.ts";
import { authorName } from "./author.ts";
import { escapeHtml as e } from "./citation.ts";
import { type Described, fileId } from "./crate/entity.ts";
import { archivePath, PICTURE } from "./layout.ts";
import type { Picture } from "./pictures.ts";
import { STYLE } from "./preview-style.ts";
import { type Release, releaseDate, sourcesText } from "./release.ts";

/** The page. */
export function previewFile(
  release: Release,
  files: readonly Described[],
): string {
  const { publication, run, missing, remarks, pictures, page } = release;
  const { title, description, authors, version, license, metrics } =
    publication;
  const report = page !== undefined && page in run.artifacts
    ? archivePath(page)
    : undefined;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${e(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<header>
${draft(missing)}<h1>${e(title)}</h1>
<p class="by">${e(authors.map(authorName).join(", "))} · version ${
    e(version)
  } · ${releaseDate(release)} · ${e(license)}</p>
<p>${e(description)}</p>
<nav aria-label="Where to read on">
${
    [
      ...report === undefined ? [] : [link(report, "Report")],
      link("README.md", "README"),
      ...metrics === undefined ? [] : [link(archivePath(metrics), "Numbers")],
      '<a href="#check">How to verify</a>',
      ...pictures.length > 0 ? ['<a href="#pictures">Pictures</a>'] : [],
      '<a href="#files">Files</a>',
    ].join("\n")
  }
</nav>
</header>
<main>
${claims(run.verdicts)}${
    remarks.length > 0
      ? section(
        "remarks",
        "Remarks of the stages",
        `<ul>\n${
          remarks.map(({ instance, message }) =>
            `<li>${e(instance)}: ${e(message)}</li>`
          ).join("\n")
        }\n</ul>`,
      )
      : ""
  }${section("check", "How to verify", verifying(release))}${
    pictures.length > 0
      ? section("pictures", "Pictures", pictures.map(shown).join("\n"))
      : ""
  }${section("making", "How it was made", making(release))}${
    section("files", "Files", folders(files))
  }</main>
<footer>
<p>An <a href="https://www.researchobject.org/ro-crate/">RO-Crate</a>: the same for machines is in ${
    link("ro-crate-metadata.json")
  }.</p>
</footer>
</body>
</html>
`;
}

function link(name: string, text = name): string {
  return `<a href="${e(fileId(name))}">${e(text)}</a>`;
}

function section(id: string, title: string, content: string): string {
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${e(title)}</h2>
${content}
</section>
`;
}

function draft(missing: readonly string[]): string {
  if (missing.length === 0) return "";
  return `<div class="draft" role="note">
<p><strong>Draft, not for publication.</strong> Missing:</p>
<ul>
${missing.map((one) => `<li>${e(one)}</li>`).join("\n")}
</ul>
</div>
`;
}

const MARKS = { holds: "✓", fails: "✗", "not judged": "–" } as const;

function claims(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "";
  const holding = verdicts.filter(({ verdict }) => verdict === "holds").length;
  const list = verdicts.map(({ sentence, verdict, evidence }) =>
    `<li class="${verdict.replace(" ", "-")}">
<p class="verdict"><span aria-hidden="true">${MARKS[verdict]}</span> ${
      e(verdict)
    }</p>
<p>${e(sentence)}</p>
${
      typeof evidence.summary === "string"
        ? `<p class="numbers">${e(evidence.summary)}</p>\n`
        : ""
    }</li>`
  );
  return section(
    "claims",
    `${holding} of ${counted(verdicts.length, "claim")} ${
      holding === 1 ? "holds" : "hold"
    }`,
    `<ul class="claims">\n${list.join("\n")}\n</ul>`,
  );
}

function verifying({ deno }: Release): string {
  return `<p>In this folder, with Node 18 or newer and nothing else, in seconds: every byte, the record of what made what, and all claims from the numbers.</p>
<pre><code>node verify.mjs .</code></pre>
<p>All of it again from the sources, and compared:</p>
<pre><code>(cd code &amp;&amp; npx -y deno@${
    e(deno)
  } task reproduce)</code></pre>
<p>The verifier cannot vouch for itself: compare the root digest that it prints with the published one. ${
    link("README.md")
  } has more ways, and what they take.</p>`;
}

function shown({ path, title, description, width }: Picture): string {
  const size = width === undefined ? "" : ` width="${width}"`;
  const source = e(fileId(archivePath(path)));
  return `<figure class="shown">
<a href="${source}"><img src="${source}" alt="${
    e(description || title)
  }" loading="lazy"${size}></a>
<figcaption><strong>${e(title)}.</strong> ${e(description)}</figcaption>
</figure>`;
}

function making(release: Release): string {
  return `<p>Sources as run: <code>${e(release.code)}</code>; ${
    e(sourcesText(release))
  }.</p>
<figure class="shown">
<a href="${PICTURE}"><img src="${PICTURE}" alt="The stages as boxes; an arrow leads from each to those that read its results" loading="lazy"></a>
</figure>`;
}

/** The files, folded by folder: those of the archive's root first. */
function folders(files: readonly Described[]): string {
  const groups = new Map<string, Described[]>();
  for (const file of files) {
    const slash = file.name.indexOf("/");
    const folder = slash < 0 ? "" : file.name.slice(0, slash + 1);
    groups.set(folder, [...groups.get(folder) ?? [], file]);
  }
  return [...groups].map(([folder, inside]) => {
    const size = inside.reduce((sum, { size }) => sum + size, 0);
    return `<details>
<summary>${
      folder === "" ? "Beside this page" : `<code>${e(folder)}</code>`
    } <span>${counted(inside.length, "file")}, ${
      kilobytes(size)
    }</span></summary>
<table>
<thead><tr><th scope="col">file</th><th scope="col">size</th><th scope="col">SHA-256</th></tr></thead>
<tbody>
${
      inside.map(({ name, size, digest }) =>
        `<tr><td><a href="${e(fileId(name))}">${
          e(name.slice(folder.length))
        }</a></td><td>${kilobytes(size)}</td><td><code title="${digest}">${
          digest.slice(0, 12)
        }…</code></td></tr>`
      ).join("\n")
    }
</tbody>
</table>
</details>`;
  }).join("\n");
}

/** The same in every locale. */
function kilobytes(size: number): string {
  return size < 1e6
    ? `${(size / 1e3).toFixed(size < 1e4 ? 1 : 0)} kB`
    : `${(size / 1e6).toFixed(1)} MB`;
}

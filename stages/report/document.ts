/**
 * The page as one file: markup, style, code and numbers. Its policy allows
 * nothing but the style and the scripts whose hashes it names, and no request.
 */
import { embedded, html, Markup, NOTHING, type Section } from "./html.ts";
import style from "./style.css" with { type: "text" };

/** What the page is put together from. */
export interface Parts {
  readonly title: string;
  readonly banner: Markup;
  readonly header: Markup;
  readonly sections: readonly Section[];
  /** Style besides that of every report. */
  readonly style?: string;
  /** The page's own code; without it there are no buttons. */
  readonly scripts?: readonly string[];
  /** What that code reads. */
  readonly data?: unknown;
}

/** The whole file. */
export async function compose(parts: Parts): Promise<string> {
  const styles = inline(
    parts.style === undefined ? style : `${parts.style}\n${style}`,
    "style",
  );
  const scripts = (parts.scripts ?? []).map((code) => inline(code, "script"));
  const lively = scripts.length > 0;
  const policy = [
    "default-src 'none'",
    `style-src ${await source(styles)}`,
    lively
      ? `script-src ${(await Promise.all(scripts.map(source))).join(" ")}`
      : "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const sections = parts.sections.map(({ id, title, body }) =>
    html`
      <section id="${id}" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title}</h2>
      ${body}
      </section>
    `
  );
  // What only the page's code uses, on one line each: markup keeps its lines.
  const [button, warning, read] = lively
    ? [
      new Markup(
        '<button type="button" id="theme" aria-live="polite">Theme: system</button>',
      ),
      new Markup(
        '<noscript><p class="banner">The charts and the living figure need JavaScript; all numbers are in the tables.</p></noscript>',
      ),
      new Markup(
        `<script type="application/json" id="material">${
          embedded(parts.data).text
        }</script>\n<script type="application/json" id="run"></script>`,
      ),
    ]
    : [NOTHING, NOTHING, NOTHING];
  return html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${new Markup(
          policy,
        )}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${titleOf(parts.title)}</title>
        <style>${new Markup(styles)}</style>
      </head>
      <body>
    <a class="skip" href="#main">Skip to the report</a>
    ${parts.banner}
    <div class="page">
    <nav aria-label="Contents"><p class="brand">Facsimile</p><ol>${parts
      .sections.map(({ id, title }) =>
        html`<li><a href="#${id}">${title}</a></li>`
      )}</ol>${button}</nav>
    <main id="main">
    ${parts.header}
    ${warning}
    ${sections}
    </main>
    </div>
    ${read}
    ${scripts.map((code) => html`<script>${new Markup(code)}</script>\n`)}
      </body>
    </html>
  `.text;
}

/** What a tab or a bookmark has room for. */
const ROOM = 70;

/** The page's title in the browser: that of the paper, cut where it is too long. */
function titleOf(paper: string): string {
  const whole = `${paper}: reproduction report`;
  if (whole.length <= ROOM) return whole;
  if (paper.length <= ROOM) return paper;
  return `${paper.slice(0, ROOM).replace(/\s+\S*$/, "")} …`.slice(0, ROOM);
}

/** Text that cannot end the element it stands in. */
function inline(text: string, element: "script" | "style"): string {
  return text.replace(new RegExp(`</(?=${element})`, "gi"), "<\\/");
}

/** The name of an inline part in the policy. */
async function source(text: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(text),
  );
  return `'sha256-${new Uint8Array(digest).toBase64()}'`;
}

/** The section of the report on all settings. */
import type { Json, JsonObject } from "../../pipeline/stage/json.ts";
import { html, type Section } from "./html.ts";

/** Every value that can be changed, and every version that was used. */
export function parametersSection(
  { settings, environment }: {
    /** The resolved configuration. */
    readonly settings: JsonObject;
    /** Versions by name. */
    readonly environment: { readonly [name: string]: string };
  },
): Section {
  const groups = Object.entries(settings)
    .filter(([name]) => !["paper", "authors", "claims"].includes(name));
  return {
    id: "parameters",
    title: "Parameters and environment",
    body: html`
      <p>The configuration as it was resolved, from <code>experiment.toml</code> and what was laid over it.</p>
      <div
        class="groups">${groups.map(([name, value]) =>
          html`
            <table>
              <caption>${name}</caption>
              <tbody>${flat(value).map(([path, text]) =>
                html`
                  <tr>
                    <th scope="row"><code>${path}</code></th>
                    <td><code>${text}</code></td>
                  </tr>
                `
              )}</tbody>
            </table>
          `
        )}<table><caption>versions</caption><tbody>${Object.entries(environment)
          .map(([name, version]) =>
            html`
              <tr>
                <th scope="row"><code>${name}</code></th>
                <td><code>${version}</code></td>
              </tr>
            `
          )}</tbody></table></div>
    `,
  };
}

/** Dotted paths of all values below a table of the configuration. */
function flat(value: Json, path = ""): [string, string][] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const list = Array.isArray(value) ? value : [value];
    const texts = list.map(String);
    const long = texts.some((text) => text.length > 20);
    return [[path, texts.join(long ? "\n" : ", ")]];
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    flat(inner, path === "" ? name : `${path}.${name}`)
  );
}

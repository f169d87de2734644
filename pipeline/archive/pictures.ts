/**
 * The pictures among the results, as they describe themselves: an SVG has its
 * title, its description and its width. So whoever shows one needs no caption of his own.
 */
import type { Lock } from "../published/lock.ts";
import { compareBytes } from "./container.ts";

/** A picture among the artifacts. */
export interface Picture {
  /** Its path as an artifact. */
  readonly path: string;
  readonly title: string;
  /** What is to be seen, in sentences; empty if it does not say. */
  readonly description: string;
  /** In CSS pixels, of which 96 are an inch; missing where it does not say. */
  readonly width?: number;
}

/** Enough for what stands before the drawing. */
const HEAD = 20_000;

/** The pictures of a run, in the order in which it makes them; `read` gives an artifact's text. */
export function picturesOf(
  { artifacts, instances }: Lock,
  read: (path: string) => string,
): Picture[] {
  const places = new Map(
    Object.keys(instances).map((id, index) => [id, index] as const),
  );
  const place = (path: string) => places.get(artifacts[path]!.instance) ?? 0; // its own key
  const paths = Object.keys(artifacts).sort((a, b) =>
    place(a) - place(b) || compareBytes(a, b)
  );
  const drawn = new Set(paths.filter((path) => path.endsWith(".svg")));
  return paths.flatMap((path): Picture[] => {
    if (drawn.has(path)) return [described(path, read(path).slice(0, HEAD))];
    // The same as pixels.
    return path.endsWith(".png") && !drawn.has(path.replace(/png$/, "svg"))
      ? [{ path, title: path, description: "" }]
      : [];
  });
}

function described(path: string, head: string): Picture {
  const inside = (tag: string) =>
    plain(
      new RegExp(`<${tag}\\b[^>]*>([^<]*)</${tag}>`).exec(head)?.[1] ?? "",
    );
  const [, width, unit = "px"] =
    /<svg\b[^>]*?\swidth="([\d.]+)(mm|px)?"/.exec(head) ?? [];
  return {
    path,
    title: inside("title") || path,
    description: inside("desc"),
    ...(width !== undefined && {
      width: Math.round(Number(width) * (unit === "mm" ? 96 / 25.4 : 1)),
    }),
  };
}

/** A text of XML without its escapes. */
function plain(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&")
    .trim();
}

/** Pictures in a PDF. */
import type { File } from "./pdf-file.ts";
import { type Bitmap, pack, type Packed } from "./png.ts";

/** Writes a picture. PDF inflates and filters rows as PNG does: they are taken over as they are. */
export function image(file: File, name: string, bitmap: Bitmap): void {
  const { width, height } = bitmap;
  const { kind, palette, data } = pack(bitmap);
  file.deflated(
    name,
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} ` +
      `/BitsPerComponent 8 /ColorSpace ${
        colours(file, kind, palette)
      } /DecodeParms ` +
      `<</Predictor 15 /Colors ${kind === "rgb" ? 3 : 1} /Columns ${width}>>`,
    data,
  );
}

function colours(
  file: File,
  kind: Packed["kind"],
  palette: Uint8Array,
): string {
  switch (kind) {
    case "grey":
      return "/DeviceGray";
    case "rgb":
      return "/DeviceRGB";
    case "indexed": {
      const [name = ""] = file.names(1);
      file.stream(name, "", palette);
      return `[/Indexed /DeviceRGB ${palette.length / 3 - 1} ${name}]`;
    }
  }
}

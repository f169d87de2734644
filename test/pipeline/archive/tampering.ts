/** Ways to spoil an archive: as a folder to be edited, and as bytes of a ZIP. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { openZip } from "../../../pipeline/archive/zip/zip.ts";

/** Unpacks an archive with our own reader. */
export function unpack(zip: string, folder: string): void {
  using container = openZip(zip);
  for (const { name } of container.members) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, container.read(name));
  }
}

/** Replaces a text in a file of a folder; throws if it is not there. */
export function edit(path: string, was: string | RegExp, now: string): void {
  const text = readFileSync(path, "utf8");
  const edited = text.replace(was, now);
  if (edited === text) throw new Error(`${was} is not in ${path}`);
  writeFileSync(path, edited);
}

/** Writes a file's true digest into the manifest of a folder, as a forger would. */
export function resign(folder: string, name: string): void {
  const digest = createHash("sha256")
    .update(readFileSync(join(folder, name))).digest("hex");
  const line = new RegExp(
    `^[0-9a-f]{64}  ${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`,
    "m",
  );
  edit(join(folder, "manifest-sha256.txt"), line, `${digest}  ${name}`);
}

/** One member of a ZIP written by hand; what is not said is honest. */
export interface Forged {
  readonly name: string;
  readonly content?: string;
  /** The name in its own header. */
  readonly header?: string;
  readonly method?: number;
  /** Unix mode and type. */
  readonly mode?: number;
  /** What the directory says. */
  readonly size?: number;
  readonly at?: number;
}

/** The bytes of a ZIP with these members. */
export function forge(members: readonly Forged[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, content = "x", header = name, method = 0 } = member;
    const bytes = encoder.encode(content);
    const own = encoder.encode(header);
    const crc = crc32(bytes);
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x04034b50, true);
    local.setUint16(4, 20, true);
    local.setUint16(6, 0x0800, true);
    local.setUint16(8, method, true);
    local.setUint32(10, 0x0021_0000, true);
    local.setUint32(14, crc, true);
    local.setUint32(18, bytes.length, true);
    local.setUint32(22, bytes.length, true);
    local.setUint16(26, own.length, true);
    parts.push(new Uint8Array(local.buffer), own, bytes);
    const label = encoder.encode(name);
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(4, (3 << 8) | 63, true);
    entry.setUint16(6, 20, true);
    entry.setUint16(8, 0x0800, true);
    entry.setUint16(10, method, true);
    entry.setUint32(12, 0x0021_0000, true);
    entry.setUint32(16, crc, true);
    entry.setUint32(20, member.size ?? bytes.length, true);
    entry.setUint32(24, member.size ?? bytes.length, true);
    entry.setUint16(28, label.length, true);
    entry.setUint32(38, (member.mode ?? 0o100644) << 16, true);
    entry.setUint32(42, member.at ?? offset, true);
    entries.push(new Uint8Array(entry.buffer), label);
    offset += 30 + own.length + bytes.length;
  }
  const length = entries.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, length, true);
  end.setUint32(16, offset, true);
  return concat([...parts, ...entries, new Uint8Array(end.buffer)]);
}

/** Byte arrays, one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

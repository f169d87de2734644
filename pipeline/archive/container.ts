/**
 * What a ZIP and an unpacked folder have in common: files by name. Imports nothing
 * but Node's modules: it is part of the verifier that every archive carries.
 */
import { createHash } from "node:crypto";

/** Why a file is no archive of ours. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** One member. */
export interface Member {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/** Files by name, in a ZIP or in a folder. */
export interface Container extends Disposable {
  /** Sorted by the bytes of their names. */
  readonly members: readonly Member[];
  /** Folders that running the archive left in it; their files are no members. */
  readonly later: readonly string[];
  /** A small member's content. Throws `Refused` over `limit` bytes. */
  read(name: string, limit?: number): Uint8Array;
  /** The SHA-256 of a member, as hexadecimal digits. */
  digest(name: string): string;
  /** Hands a member's content over in pieces. */
  copy(name: string, write: (piece: Uint8Array) => void): void;
}

/** What is read into memory at most, unless somebody asks for more. */
export const SMALL = 64 * 2 ** 20;

/**
 * A container of these members, whose contents `copy` hands over; it throws
 * `Refused` for a name that is not among them, and for members that no folder
 * could have together.
 */
export function containerOf(
  members: readonly Member[],
  copy: Container["copy"],
  close: () => void,
  later: readonly string[] = [],
): Container {
  const sizes = new Map(members.map(({ name, size }) => [name, size]));
  for (const { name } of members) {
    for (let at = name.indexOf("/"); at > 0; at = name.indexOf("/", at + 1)) {
      const folder = name.slice(0, at);
      if (sizes.has(folder)) {
        throw new Refused(`"${folder}" is a file and a folder`);
      }
    }
  }
  return {
    members: members.map(({ name, size }) => ({ name, size }))
      .sort((a, b) => compareBytes(a.name, b.name)),
    later,
    read(name, limit = SMALL) {
      const size = sizes.get(name);
      if (size === undefined) throw new Refused(`no member "${name}"`);
      if (size > limit) throw new Refused(`"${name}" has ${size} bytes`);
      const bytes = new Uint8Array(size);
      let at = 0;
      copy(name, (piece) => {
        if (at + piece.length <= size) bytes.set(piece, at);
        at += piece.length;
      });
      if (at !== size) throw new Refused(`"${name}" changes while it is read`);
      return bytes;
    },
    digest(name) {
      const hash = createHash("sha256");
      copy(name, (piece) => hash.update(piece));
      return hash.digest("hex");
    },
    copy,
    [Symbol.dispose]: close,
  };
}

/** The order of names: that of their UTF-8 bytes, the same in every locale. */
export function compareBytes(a: string, b: string): number {
  const encoder = new TextEncoder();
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

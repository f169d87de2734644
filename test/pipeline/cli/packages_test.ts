/** What README says of the installation. */
import { ok } from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";

const root = new URL("../../../", import.meta.url).pathname;

/** What a folder takes on the disk, in bytes; a file with several names once. */
function taken(folder: string, seen = new Set<number>()): number {
  let sum = 0;
  for (const name of readdirSync(folder)) {
    const path = `${folder}/${name}`;
    const stat = lstatSync(path);
    if (seen.has(stat.ino)) continue;
    seen.add(stat.ino);
    sum += stat.isDirectory() ? taken(path, seen) : stat.blocks * 512;
  }
  return sum;
}

Deno.test("README says how much is installed, within a twentieth", () => {
  const [, said] = /`node_modules`: (\d+) MB/.exec(
    readFileSync(`${root}README.md`, "utf8"),
  ) ?? [];
  const found = taken(`${root}node_modules`) / 2 ** 20;
  ok(Math.abs(found / Number(said) - 1) < 0.05, `${found} MB, not ${said}`);
});

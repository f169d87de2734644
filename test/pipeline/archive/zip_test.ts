/** The reader of ZIPs: what it refuses, and that it reads what we write. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Refused } from "../../../pipeline/archive/container.ts";
import { crc32, tableCrc32 } from "../../../pipeline/archive/zip/crc.ts";
import { openZip } from "../../../pipeline/archive/zip/zip.ts";
import { pack } from "../../../pipeline/archive/pack.ts";
import { concat, forge, type Forged } from "./tampering.ts";

function refused(bytes: Uint8Array, because: RegExp): void {
  const path = Deno.makeTempFileSync();
  try {
    writeFileSync(path, bytes);
    throws(() => openZip(path)[Symbol.dispose](), (error: unknown) => {
      return error instanceof Refused && because.test(error.message);
    });
  } finally {
    rmSync(path);
  }
}

Deno.test("openZip() reads an honest archive", () => {
  const path = Deno.makeTempFileSync();
  writeFileSync(path, forge([{ name: "a", content: "one" }, { name: "b/c" }]));
  {
    using zip = openZip(path);
    deepEqual(zip.members.map(({ name, size }) => [name, size]), [["a", 3], [
      "b/c",
      1,
    ]]);
    equal(new TextDecoder().decode(zip.read("a")), "one");
  }
  rmSync(path);
});

Deno.test("tableCrc32() is Node's own checksum, in pieces too", () => {
  equal(tableCrc32(new TextEncoder().encode("123456789"), 0), 0xcbf43926);
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
    equal(tableCrc32(b, tableCrc32(a, 0)), crc32(b, crc32(a, 0)));
  }));
});

Deno.test("a ZIP has an entry for the sources' folder, which is no member, exactly if it has sources", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a.zip");
  const text = { kind: "text", text: "x" } as const;
  await pack(new Map([["code/a", text], ["b", text]]), path);
  {
    using zip = openZip(path);
    deepEqual(zip.members.map(({ name }) => name), ["b", "code/a"]);
  }
  const listed = await new Deno.Command("unzip", { args: ["-Z1", path] })
    .output();
  equal(new TextDecoder().decode(listed.stdout), "b\ncode/\ncode/a\n");
  await Deno.remove(folder, { recursive: true });
  refused(forge([{ name: "code/a" }]), /should have an entry code\//);
  const entry = { name: "code/", content: "", mode: 0o040755 };
  refused(forge([entry]), /should have an entry code\//);
  refused(
    forge([{ ...entry, content: "x" }, { name: "code/a" }]),
    /by another program/,
  );
  refused(forge([{ ...entry, name: "core/" }]), /no plain file/);
});

const MALICIOUS: readonly [what: string, members: Forged[], because: RegExp][] =
  [
    ["a path that leads out", [{ name: "../x" }], /leads out/],
    [
      "a path that leads out further down",
      [{ name: "a/../../x" }],
      /leads out/,
    ],
    ["an absolute path", [{ name: "/etc/x" }], /absolute/],
    ["a path of Windows", [{ name: "a\\..\\x" }], /Windows/],
    ["a drive of Windows", [{ name: "C:x" }], /Windows/],
    ["a device of Windows", [{ name: "sub/NUL.txt" }], /device/],
    ["control characters", [{ name: "a\nb" }], /control/],
    ["a folder", [{ name: "a/" }], /folder/],
    ["a name that no folder takes", [{ name: "ä".repeat(128) }], /too long/],
    ["a file that is a folder", [{ name: "a" }, { name: "a/b" }], /a folder/],
    ["an empty name", [{ name: "" }], /empty/],
    ["a name twice", [{ name: "a" }, { name: "a" }], /twice/],
    ["a name twice but for case", [{ name: "a" }, { name: "A" }], /twice/],
    ["a name that is not normal", [{ name: "a\u0308" }], /normal form/],
    ["a symbolic link", [{ name: "a", mode: 0o120777 }], /plain file/],
    ["a device", [{ name: "a", mode: 0o020666 }], /plain file/],
    ["compression, and so any bomb", [{ name: "a", method: 8 }], /compressed/],
    ["another name in the header", [{ name: "a", header: "b" }], /differs/],
    ["overlapping members", [{ name: "a" }, { name: "b", at: 0 }], /begin/],
    ["a gap", [{ name: "a" }, { name: "b", at: 33 }], /begin/],
    [
      "a size beyond the file",
      [{ name: "a" }, { name: "b", size: 0x7fffffff }],
      /cut off|begin|differs/,
    ],
    [
      "a size that hides the next",
      [{ name: "a", size: 40 }, { name: "b" }],
      /begin|differs/,
    ],
  ];

for (const [what, members, because] of MALICIOUS) {
  Deno.test(`openZip() refuses ${what}`, () =>
    refused(forge(members), because));
}

Deno.test("openZip() refuses what is cut off anywhere", () => {
  const whole = forge([{ name: "a", content: "one" }, { name: "b" }]);
  for (let length = 0; length < whole.length; length++) {
    refused(whole.subarray(0, length), /./);
  }
});

Deno.test("openZip() refuses bytes before, behind and between", () => {
  const whole = forge([{ name: "a" }]);
  const extra = Uint8Array.of(1, 2, 3);
  refused(concat([extra, whole]), /./);
  refused(concat([whole, extra]), /appended|cut off/);
});

Deno.test("openZip() refuses bytes between the last member and the directory", () => {
  const whole = forge([{ name: "a" }]);
  const directory = 30 + 1 + 1;
  const hidden = concat([
    whole.subarray(0, directory),
    Uint8Array.of(1, 2, 3),
    whole.subarray(directory),
  ]);
  new DataView(hidden.buffer).setUint32(hidden.length - 6, directory + 3, true);
  refused(hidden, /where its directory begins/);
});

Deno.test("openZip() refuses an absurd number of members before it reads them", () => {
  const whole = forge([{ name: "a" }]);
  const end = whole.length - 22;
  const view = new DataView(whole.buffer);
  view.setUint32(end + 12, 0x7fffffff, true);
  refused(whole, /absurd/);
});

Deno.test("openZip() finds a flipped byte in any content", () => {
  const path = Deno.makeTempFileSync();
  const bytes = forge([{ name: "a", content: "hello" }]);
  bytes[31 + 2]! ^= 1;
  writeFileSync(path, bytes);
  {
    using zip = openZip(path);
    throws(() => zip.read("a"), Refused);
  }
  rmSync(path);
});

Deno.test("pack() and openZip() take a member of 400 MB in little memory", async () => {
  const folder = await Deno.makeTempDir();
  const big = join(folder, "big");
  writeFileSync(big, "");
  truncateSync(big, 400 * 2 ** 20);
  const zip = join(folder, "a.zip");
  const code = `
    import { pack } from ${
    JSON.stringify(import.meta.resolve("../../../pipeline/archive/pack.ts"))
  };
    import { openZip } from ${
    JSON.stringify(import.meta.resolve("../../../pipeline/archive/zip/zip.ts"))
  };
    await pack(new Map([["big", { kind: "file", path: ${
    JSON.stringify(big)
  } }]]), ${JSON.stringify(zip)});
    using container = openZip(${JSON.stringify(zip)});
    container.digest("big");
    const [, peak] = /VmHWM:\\s*(\\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    Deno.stdout.writeSync(new TextEncoder().encode(String(peak ?? 0)));
  `;
  const script = join(
    new URL("../../..", import.meta.url).pathname,
    "test/pipeline/archive",
    `.peak-${Deno.pid}.ts`,
  );
  writeFileSync(script, code);
  try {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "-A", "--no-check", script],
      },
    ).output();
    equal(success, true, new TextDecoder().decode(stderr));
    const peak = Number(new TextDecoder().decode(stdout));
    equal(peak < 300 * 1024, true, `${peak} kB`);
  } finally {
    rmSync(script);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pack() writes the same bytes whatever order, time zone and umask", async () => {
  const folder = await Deno.makeTempDir();
  const text = (text: string) => ({ kind: "text", text }) as const;
  await pack(new Map([["b", text("2")], ["a", text("1")]]), join(folder, "1"));
  const before = Deno.umask(0o077);
  try {
    await pack(
      new Map([["a", text("1")], ["b", text("2")]]),
      join(folder, "2"),
    );
  } finally {
    Deno.umask(before);
  }
  deepEqual(
    Deno.readFileSync(join(folder, "1")),
    Deno.readFileSync(join(folder, "2")),
  );
  await Deno.remove(folder, { recursive: true });
});

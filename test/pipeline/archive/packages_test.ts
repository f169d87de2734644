/** The packages that an archive may carry: fetched, checked, and served again. */
import { deepEqual, equal, match } from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  serveTarballs,
  tarballName,
} from "../../../pipeline/archive/registry.ts";
import { licenseTable } from "../../../pipeline/archive/licenses.ts";
import { parseSystem, vendor } from "../../../pipeline/archive/packages.ts";
import { unwrap } from "../../../pipeline/failure.ts";

const PACKAGES: { readonly [id: string]: object } = {
  "plain@1.0.0": {},
  "@scope/peered@2.0.0-rc.1_plain@1.0.0": {},
  "only-mac@1.0.0": { os: ["darwin"] },
  "only-arm@1.0.0": { os: ["linux"], cpu: ["arm64"] },
  "@scope/native@3.1.4": { os: ["linux"], cpu: ["x64"] },
};

const nameOf = (id: string) => {
  const at = id.indexOf("@", 1);
  return tarballName(id.slice(0, at), id.slice(at + 1).replace(/_.*$/, ""));
};
const content = (id: string) => new TextEncoder().encode(`tarball of ${id}`);

/** A project with a lock, and a registry that has its packages. */
async function project() {
  const root = await Deno.makeTempDir();
  const registry = join(root, "registry");
  mkdirSync(registry);
  const npm: { [id: string]: object } = {};
  for (const [id, entry] of Object.entries(PACKAGES)) {
    const bytes = content(id);
    writeFileSync(join(registry, nameOf(id)), bytes);
    const digest = createHash("sha512").update(bytes).digest("base64");
    npm[id] = { integrity: `sha512-${digest}`, ...entry };
  }
  writeFileSync(join(root, "deno.lock"), JSON.stringify({ version: "5", npm }));
  const server = await serveTarballs(registry);
  writeFileSync(join(root, ".npmrc"), `registry=${server.url}\n`);
  const cache = join(root, "cache");
  return {
    root,
    cache,
    registry,
    vendor: async (system: string, said: string[] = []) =>
      await vendor(root, cache, unwrap(parseSystem(system)), (line) => {
        said.push(line);
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}

Deno.test("vendor() takes what a system needs, once, and unchanged", async () => {
  await using here = await project();
  const said: string[] = [];
  const tarballs = unwrap(await here.vendor("linux-x64", said));
  deepEqual(tarballs.map(({ name, version }) => `${name} ${version}`), [
    "plain 1.0.0",
    "@scope/peered 2.0.0-rc.1",
    "@scope/native 3.1.4",
  ]);
  deepEqual(
    Deno.readFileSync(tarballs[1]!.path),
    content("@scope/peered@2.0.0-rc.1_plain@1.0.0"),
  );
  deepEqual(said, [
    "fetching plain@1.0.0, 1 of 3",
    "fetching @scope/peered@2.0.0-rc.1, 2 of 3",
    "fetching @scope/native@3.1.4, 3 of 3",
  ]);
  unwrap(await here.vendor("linux-x64", said));
  equal(said.length, 3);
  deepEqual(
    unwrap(await here.vendor("darwin-arm64")).map(({ name }) => name),
    ["plain", "@scope/peered", "only-mac"],
  );
  // What changed in the cache is fetched again.
  Deno.chmodSync(tarballs[0]!.path, 0o644);
  writeFileSync(tarballs[0]!.path, "something else");
  unwrap(await here.vendor("linux-x64", said));
  deepEqual(said.slice(3), ["fetching plain@1.0.0, 1 of 1"]);
});

Deno.test("vendor() refuses other bytes than the lock's, and says what is missing", async () => {
  await using here = await project();
  writeFileSync(join(here.registry, nameOf("plain@1.0.0")), "other bytes");
  const wrong = await here.vendor("linux-x64");
  match(
    wrong.ok ? "" : wrong.failure.seen ?? "",
    /other bytes than deno\.lock/,
  );
  deepEqual(readdirSync(here.cache), []);
  await Deno.remove(join(here.registry, nameOf("plain@1.0.0")));
  const missing = await here.vendor("linux-x64");
  equal(missing.ok, false); // it was listed when the registry began, and is gone
});

Deno.test("vendor() refuses a licence that would take over the archive", async () => {
  await using here = await project();
  const folder = join(
    here.root,
    "node_modules/.deno/plain@1.0.0/node_modules/plain",
  );
  mkdirSync(folder, { recursive: true });
  const license = (text: string) =>
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ license: text }),
    );
  license("AGPL-3.0-only");
  const refused = await here.vendor("linux-x64");
  match(refused.ok ? "" : refused.failure.seen ?? "", /plain is under AGPL/);
  for (const fine of ["LGPL-3.0-or-later", "(MIT OR GPL-3.0)", "MIT"]) {
    license(fine);
    const tarballs = unwrap(await here.vendor("linux-x64"));
    match(licenseTable(tarballs), new RegExp("\\| plain \\| 1\\.0\\.0 \\| "));
  }
});

Deno.test("parseSystem() knows four systems", () => {
  equal(parseSystem("linux-x64").ok, true);
  for (const text of ["linux", "windows-x64", "linux-x64-musl", ""]) {
    const parsed = parseSystem(text);
    match(parsed.ok ? "" : parsed.failure.hint ?? "", /linux-x64, linux-arm64/);
  }
});

Deno.test("serveTarballs() serves what its folder lists and nothing else", async () => {
  await using here = await project();
  writeFileSync(join(here.root, "secret-1.tgz"), "secret");
  const registry = await serveTarballs(here.registry);
  const get = async (path: string) => {
    const response = await fetch(new URL(path, registry.url));
    return { status: response.status, text: await response.text() };
  };
  deepEqual(await get("plain/-/plain-1.0.0.tgz"), {
    status: 200,
    text: "tarball of plain@1.0.0",
  });
  equal((await get("@scope%2Fnative/-/native-3.1.4.tgz")).status, 200);
  for (
    const path of [
      "plain",
      "plain/-/plain-1.0.1.tgz",
      "..%2fsecret/-/secret-1.tgz",
      "%2e%2e/-/secret-1.tgz",
      "%zz/-/zz-1.0.0.tgz",
    ]
  ) equal((await get(path)).status, 404, path);
  registry.close();
});

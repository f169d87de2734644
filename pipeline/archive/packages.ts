/**
 * The npm packages of deno.lock for one system, as their registry has them: so
 * that an archive can be run again where there is no registry any more.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { moveDurably } from "../store/write.ts";
import { fail, ok, type Result } from "../failure.ts";
import { fitsSystem, readPackages, type System } from "../code/lock.ts";
import { packageOf } from "../code/package.ts";
import { denoDir } from "../sandbox/wall/cache.ts";
import { tarballName } from "./registry.ts";
import type { Package } from "./release.ts";

export type { System } from "../code/lock.ts";

/** A package, at hand. */
interface Tarball extends Package {
  readonly path: string;
}

const SYSTEMS = {
  os: ["linux", "darwin"],
  cpu: ["x64", "arm64"],
} as const;

/** Reads `linux-x64`. */
export function parseSystem(text: string): Result<System> {
  const [os = "", cpu = "", ...rest] = text.split("-");
  const known = (SYSTEMS.os as readonly string[]).includes(os) &&
    (SYSTEMS.cpu as readonly string[]).includes(cpu) && rest.length === 0;
  return known ? ok({ os, cpu }) : fail({
    kind: "system",
    what: `Cannot include the packages for "${text}"`,
    seen: "no such system",
    hint: `use one of ${
      SYSTEMS.os.flatMap((os) => SYSTEMS.cpu.map((cpu) => `${os}-${cpu}`))
        .join(", ")
    }`,
  });
}

/**
 * All packages of a project's lock that a system takes, each checked against the
 * lock's digest. Those of tests are among them: Deno installs a lock as a whole.
 * Of Linux, both kinds of C library: Deno does not look at that.
 */
export async function vendor(
  root: string,
  cache: string,
  system: System,
  say: (line: string) => void,
): Promise<Result<Tarball[]>> {
  const wanted = new Map<
    string,
    { name: string; version: string; integrity: string }
  >();
  for (const [id, entry] of readPackages(root)) {
    if (!fitsSystem(entry, system)) continue;
    const { name, version } = packageOf(id);
    const { integrity } = entry;
    wanted.set(tarballName(name, version), { name, version, integrity });
  }
  mkdirSync(cache, { recursive: true });
  const absent = new Set(
    [...wanted].filter(([file, { integrity }]) => {
      const path = join(cache, file);
      return !existsSync(path) || !fits(readFileSync(path), integrity);
    }).map(([file]) => file),
  );
  let fetched = 0;
  const found: Tarball[] = [];
  let registry: string | undefined;
  for (const [file, { name, version, integrity }] of wanted) {
    const path = join(cache, file);
    if (absent.has(file)) {
      registry ??= registryUrl(root);
      if (registry === undefined) {
        return fail({
          kind: "no-registry",
          what: `Cannot fetch ${name}@${version}`,
          seen: "it is not known from where",
          hint: "set NPM_CONFIG_REGISTRY to the address of an npm registry",
        });
      }
      say(`fetching ${name}@${version}, ${++fetched} of ${absent.size}`);
      const base = name.split("/").at(-1);
      const url = new URL(`${name}/-/${base}-${version}.tgz`, registry);
      const bytes = await get(url);
      if (!bytes.ok) return bytes;
      if (!fits(bytes.value, integrity)) {
        return fail({
          kind: "package-differs",
          what: `Cannot fetch ${name}@${version}`,
          seen: `${url.host} has other bytes than deno.lock was made with`,
          hint: "ask another registry: NPM_CONFIG_REGISTRY",
        });
      }
      writeFileSync(`${path}.part`, bytes.value);
      moveDurably(`${path}.part`, path, 0o444);
    }
    const license = licenseOf(root, name, version);
    found.push({ name, version, file, path, ...(license && { license }) });
  }
  const strict = found.filter(({ license }) =>
    /(^|[^L])GPL/.test(license ?? "") && !/ OR /.test(license ?? "")
  );
  if (strict.length > 0) {
    return fail({
      kind: "license",
      what: "Cannot include the packages",
      seen: strict.map(({ name, license }) => `${name} is under ${license}`)
        .join("\n"),
      hint:
        "archive without --vendor: such a package makes the whole archive " +
        "subject to its licence",
    });
  }
  return ok(found);
}

/** `sha512-…` of the lock. */
function fits(bytes: Uint8Array, integrity: string): boolean {
  return integrity ===
    `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

/** Where Deno gets packages from: the environment, an .npmrc, or where it got them last. */
function registryUrl(root: string): string | undefined {
  const files = [join(root, ".npmrc"), join(homedir(), ".npmrc")]
    .filter((path) => existsSync(path))
    .map((path) => /^registry\s*=\s*(\S+)/m.exec(readFileSync(path, "utf8")));
  const given = Deno.env.get("NPM_CONFIG_REGISTRY") ??
    files.find((found) => found)?.[1];
  if (given !== undefined) return given.endsWith("/") ? given : `${given}/`;
  const folder = join(denoDir(), "npm");
  const hosts = existsSync(folder) ? readdirSync(folder) : [];
  const host = hosts.filter((name) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name));
  return host.length === 1 ? `https://${host[0]}/` : undefined;
}

async function get(url: URL): Promise<Result<Uint8Array>> {
  const failed = (seen: string) =>
    fail({
      kind: "fetch",
      what: `Cannot fetch ${url.href}`,
      seen,
      hint: "run again: what is fetched already is kept",
    });
  try {
    const response = await fetch(url);
    if (!response.ok) {
      await response.body?.cancel();
      return failed(`${url.host} answers ${response.status}`);
    }
    return ok(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return failed(error.message);
  }
}

function licenseOf(
  root: string,
  name: string,
  version: string,
): string | undefined {
  const folder = `${name.replace("/", "+")}@${version}`;
  const path = join(
    root,
    "node_modules/.deno",
    folder,
    "node_modules",
    name,
    "package.json",
  );
  if (!existsSync(path)) return undefined;
  const { license }: { license?: string | { type?: string } } = JSON.parse(
    readFileSync(path, "utf8"),
  );
  return typeof license === "string" ? license : license?.type;
}

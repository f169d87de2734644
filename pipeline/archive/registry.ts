/**
 * A registry of npm packages on loopback, for machines without a network: serves
 * the tarballs of a folder. An archive with packages carries this file, so it
 * imports nothing but Node's modules.
 *
 *   deno run --allow-read --allow-net=127.0.0.1 registry.ts FOLDER [PORT]
 */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { argv, stdout } from "node:process";

/** The file name of a package's tarball. */
export function tarballName(name: string, version: string): string {
  return `${name.replace("/", "+")}-${version}.tgz`;
}

/** A running registry. */
export interface Registry {
  readonly url: string;
  readonly close: () => void;
}

/** Serves the tarballs of a folder; with port 0 the system chooses one. */
export function serveTarballs(folder: string, port = 0): Promise<Registry> {
  const there = new Set(readdirSync(folder));
  const server = createServer((request, response) => {
    // /@scope/name/-/name-1.0.0.tgz
    const path = decoded((request.url ?? "").split("?")[0] ?? "");
    const [, name = "", file = ""] = /^\/(.+)\/-\/([^/]+)$/.exec(path) ?? [];
    const base = name.split("/").at(-1) ?? "";
    const tarball = tarballName(
      name,
      file.slice(base.length + 1, -".tgz".length),
    );
    // Only what the folder lists is ever opened.
    if (!there.has(tarball)) {
      response.writeHead(404).end();
      return;
    }
    const { size } = statSync(`${folder}/${tarball}`);
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": size,
    });
    createReadStream(`${folder}/${tarball}`).pipe(response);
  });
  return new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/`,
        close() {
          server.close();
          server.closeAllConnections();
        },
      });
    })
  );
}

/** Without percent-encoding; nothing where that is broken. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return "";
  }
}

if (import.meta.main) {
  const [folder = ".", port = "4873"] = argv.slice(2);
  const { url } = await serveTarballs(folder, Number(port));
  stdout.write(`serving ${folder} at ${url}\n`);
}

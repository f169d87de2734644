/**
 * A real web server as a shared cache: nginx with the configuration that
 * docs/cache.md shows, on loopback, in a temporary folder.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { skip } from "./skip.ts";

const PROGRAM = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
  .find(existsSync);

/** Whether there is an nginx; says that the tests of something are skipped where there is none. */
export function hasNginx(what: string): boolean {
  if (PROGRAM !== undefined) return true;
  skip(what, "nginx is not installed (Debian: nginx-light)");
  return false;
}

/** The part of docs/cache.md that a server's owner copies. */
export function documented(): string {
  const docs = new URL("../../docs/cache.md", import.meta.url);
  const [, block = ""] = /```nginx\n([\s\S]*?)```/.exec(
    Deno.readTextFileSync(docs),
  ) ?? [];
  return block;
}

/** A server with a folder of contents. */
export class Nginx implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly child: Deno.ChildProcess,
  ) {}

  /** What the server keeps: `cas/` and `ac/`. */
  get contents(): string {
    return join(this.folder, "data");
  }

  /** All that it wrote down of the requests. */
  get log(): string {
    return readFileSync(join(this.folder, "access.log"), "utf8");
  }

  /** A server that listens; with tokens only those who have one may ask. */
  static async start(
    tokens?: { readonly reader: string; readonly writer: string },
  ): Promise<Nginx> {
    const folder = Deno.realPathSync(
      Deno.makeTempDirSync({ prefix: "nginx-" }),
    );
    for (const name of ["data", "temp"]) mkdirSync(join(folder, name));
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const { reader = "reader", writer = "writer" } = tokens ?? {};
    const server = documented()
      .replaceAll("/srv/facsimile", join(folder, "data"))
      .replace(/listen .*;/, `listen 127.0.0.1:${port};`)
      .replace(/server_name .*;/, "")
      .replace(/ssl_certificate.*;\n/g, "")
      .replaceAll("READER", reader).replaceAll("WRITER", writer)
      // Without tokens everybody may.
      .replaceAll("default 0", tokens ? "default 0" : "default 1");
    writeFileSync(
      join(folder, "nginx.conf"),
      `${Deno.uid() === 0 ? "user root;\n" : ""}daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events {}
http {
  access_log ${folder}/access.log;
  ${
        ["proxy", "fastcgi", "uwsgi", "scgi"].map((name) =>
          `${name}_temp_path ${folder}/temp/${name};`
        ).join("\n  ")
      }
${server}
}
`,
    );
    const child = new Deno.Command(PROGRAM!, {
      args: ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const nginx = new Nginx(folder, `http://127.0.0.1:${port}`, child);
    for (let left = 500;; left--) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return nginx;
      } catch (error) {
        if (left > 0 && error instanceof Deno.errors.ConnectionRefused) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          continue;
        }
        const said = readFileSync(join(folder, "error.log"), "utf8");
        await nginx[Symbol.asyncDispose]();
        throw new Error(said);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.child.status;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

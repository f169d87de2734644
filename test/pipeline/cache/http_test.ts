/** A cache behind a real web server, with the configuration that docs/cache.md shows. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasNginx, Nginx } from "../../rig/nginx.ts";
import { all, forget, person } from "./people.ts";

const ignore = !hasNginx("a cache behind a web server");

Deno.test({
  name:
    "run() gives to a web server what it made, and the next person runs nothing",
  ignore,
  async fn() {
    await using server = await Nginx.start();
    await using ann = await person();
    await using bob = await person();
    const url = server.url;
    deepEqual(
      await ann.run({ cache: { url, mode: "read-write" } }),
      all("built"),
    );
    equal(readdirSync(join(server.contents, "cas")).length, 3);
    deepEqual(await bob.run({ cache: { url } }), all("restored"));
    equal(bob.read("artifacts/page.txt"), "page 3");
    equal(bob.story, "restored letters\nrestored count\nrestored page");
  },
});

Deno.test({
  name:
    "a server's tokens say who may read and who may write, and appear nowhere",
  ignore,
  async fn() {
    const tokens = { reader: "r-secret-1", writer: "w-secret-2" };
    await using server = await Nginx.start(tokens);
    const { url } = server;
    await using ann = await person();
    const at = (text: string) => {
      const path = join(ann.root, "..", "token");
      writeFileSync(path, text + "\n");
      chmodSync(path, 0o600);
      return path;
    };
    const run = async (
      token: string | undefined,
      mode: "read" | "read-write",
    ) => {
      forget(ann);
      return await ann.run({
        cache: {
          url,
          mode,
          ...(token !== undefined && { token_file: at(token) }),
        },
      });
    };
    deepEqual(await run(undefined, "read"), all("built"));
    match(ann.story, /^! cache .*: it refuses access \(401\)/m);
    deepEqual(await run("wrong", "read"), all("built"));
    match(ann.story, /^! cache .*: it refuses access \(401\)/m);
    deepEqual(await run(tokens.reader, "read-write"), all("built"));
    match(ann.story, /^! cache .*: it refuses access \(403\)/m);
    deepEqual(await run(tokens.writer, "read-write"), all("built"));
    doesNotMatch(ann.story, /!/);
    deepEqual(await run(tokens.reader, "read"), all("restored"));
    chmodSync(at(tokens.reader), 0o644);
    forget(ann);
    deepEqual(
      await ann.run({
        cache: { url, token_file: join(ann.root, "..", "token") },
      }),
      all("built"),
    );
    match(ann.story, /others may read the private file .*token: chmod 600 it/);
    const kept = [ann.root, server.contents].flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          readFileSync(join(entry.parentPath, entry.name), "utf8")
        )
    );
    doesNotMatch(
      [...kept, server.log, ...ann.events.map((one) => JSON.stringify(one))]
        .join("\n"),
      /secret/,
    );
  },
});

Deno.test({
  name: "a large object goes to a web server and comes back",
  ignore,
  async fn() {
    await using server = await Nginx.start();
    const large = (study: Awaited<ReturnType<typeof person>>) =>
      study.stage(
        "letters",
        { outputs: ["a.txt"] },
        `
        write(task.output("a.txt"), "0123456789abcdef".repeat(300_000));
      `,
      );
    await using ann = large(await person());
    await using bob = large(await person());
    const { url } = server;
    await ann.run({ cache: { url, mode: "read-write" } });
    deepEqual(await bob.run({ cache: { url } }), all("restored"));
    equal(bob.read("artifacts/page.txt"), "page 4800000");
  },
});

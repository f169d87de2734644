/** A run that is ended while it brings results from a cache, or gives them. */
import { deepEqual, equal, match } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "./clone.ts";
import { answer, honest, Liar } from "./liar.ts";
import { folder } from "./people.ts";

/** A cache with all results, and a server that stops in the middle of an object. */
async function halting() {
  const cache = folder();
  using ann = new Clone(
    `[cache]\nurl = "${cache.path}"\nmode = "read-write"\n`,
  );
  equal((await ann.run("reproduce")).code, 0);
  const { promise: halted, resolve } = Promise.withResolvers<void>();
  const server = new Liar(cache.path, async (asked) => {
    const { path, content, send, gone } = asked;
    if (!path.startsWith("cas/") || !content) return await honest(asked);
    await send(answer(content.subarray(1), { length: content.length }));
    resolve();
    await gone;
  });
  return { cache, server, halted };
}

for (
  const [signal, code] of [["SIGKILL", 137], ["SIGINT", 130], [
    "SIGTERM",
    143,
  ]] as const
) {
  Deno.test(`${signal} while results are brought leaves nothing half, and the next run is right`, async () => {
    const { cache, server, halted } = await halting();
    using _cache = cache;
    await using _server = server;
    using bob = new Clone(`[cache]\nurl = "${server.url}"\ntimeout = 60\n`);
    const child = bob.start("reproduce");
    await halted;
    child.kill(signal);
    const { code: ended, stderr, stdout } = await child.output();
    equal(ended, code);
    const said = new TextDecoder().decode(stdout) +
      new TextDecoder().decode(stderr);
    // Whoever breaks it off is told of no trouble.
    equal(/warning: cache/.test(said), false, said);
    if (signal !== "SIGKILL") match(said, /^interrupted: 2 left/m);
    bob.write("experiment.toml", "");
    const next = await bob.run("reproduce", "--cache", cache.path);
    equal(next.code, 0, next.err);
    match(next.out, /^done: 2 restored/m);
    equal(bob.read("artifacts/count.txt"), "5");
    deepEqual(readdirSync(join(bob.root, ".store", "work")), []);
    deepEqual(
      readdirSync(join(bob.root, ".store", "objects"))
        .filter((name) => !/^[0-9a-f]{64}$/.test(name)),
      [],
    );
  });
}

Deno.test("SIGKILL while results are given leaves no record that names what is not there", async () => {
  using cache = folder();
  const { promise: halted, resolve } = Promise.withResolvers<void>();
  await using server = new Liar(cache.path, async (asked) => {
    if (asked.method !== "PUT") return await honest(asked);
    resolve();
    await asked.gone;
  });
  using ann = new Clone(
    `[cache]\nurl = "${server.url}"\nmode = "read-write"\ntimeout = 60\n`,
  );
  const child = ann.start("reproduce");
  await halted;
  child.kill("SIGKILL");
  await child.output();
  const given = server.asked.filter((one) => one.startsWith("PUT "));
  deepEqual(given.filter((one) => one.startsWith("PUT ac/")), []);
  // What she made is hers, and is given when somebody asks for it.
  ann.write(
    "experiment.toml",
    `[cache]\nurl = "${cache.path}"\nmode = "read-write"\n`,
  );
  const next = await ann.run("reproduce");
  equal(next.code, 0, next.err);
  const pushed = await ann.run("cache", "push");
  equal(pushed.code, 0, pushed.err);
  deepEqual(
    ["ac", "cas"].map((kind) => readdirSync(join(cache.path, kind)).length),
    [2, 2],
  );
});

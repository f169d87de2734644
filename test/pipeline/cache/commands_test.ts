/** What a person sees of a cache: commands and messages, whole. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { digestBytes } from "../../../pipeline/store/digest.ts";
import { Clone } from "./clone.ts";
import { honest, Liar } from "./liar.ts";
import { folder } from "./people.ts";

/** A configuration that writes to a cache, as ann. */
function writing(url: string): string {
  return `[cache]\nurl = "${url}"\nmode = "read-write"\nname = "ann"\n`;
}

Deno.test("status and reproduce say what comes from a cache, who made it, when and where", async () => {
  using cache = folder();
  using ann = new Clone(writing(cache.path));
  equal((await ann.say("reproduce")).code, 0);
  using bob = new Clone();
  const status = await bob.say("status", "--cache", cache.path);
  equal(
    status.out.replaceAll(cache.path, "CACHE").replace(
      "made\nhere",
      "made here",
    ),
    `restored: from cache (ann, DATE, MACHINE)
  loud
  count
2 results are from the cache CACHE (ann, DATE, MACHINE), not made here
nothing has to run
`,
  );
  equal(status.code, 3);
  const why = await bob.say("why", "count", "--cache", cache.path);
  match(why.out, /^count is restored: from cache \(ann, DATE, MACHINE\)\n/);
  const run = await bob.say(
    ...["reproduce", "--cache", cache.path, "--set", "cache.timeout=9"],
  );
  equal(
    // A tenth of a second is told as saved, or less as nothing.
    run.out.replaceAll(cache.path, "CACHE").replace("made\nhere", "made here")
      .replace(/; N s saved by the store/, ""),
    `Did not have to run
  restored    from cache (ann, DATE, MACHINE): loud, count: count.txt put in place

2 results are from the cache CACHE (ann, DATE, MACHINE), not made here

done: 2 restored in N s
`,
  );
  equal(run.code, 0);
  equal(bob.read("artifacts/count.txt"), "5");
  // The report of the run calls it no other configuration.
  const { configuration, instances } = JSON.parse(
    bob.read("artifacts/run.json"),
  );
  deepEqual(configuration.settings, []);
  const { cache: url, who, where, made } = instances.count.origin;
  deepEqual(
    [url, who, where, made],
    [
      cache.path,
      "ann",
      `${Deno.build.os} ${Deno.build.arch}`,
      instances.count.made,
    ],
  );
});

Deno.test("what is up to date asks no cache, by the quick answer and by the long way", async () => {
  using cache = folder();
  using ann = new Clone(writing(cache.path));
  await ann.say("reproduce");
  await using server = new Liar(cache.path, honest);
  using bob = new Clone(`[cache]\nurl = "${server.url}"\n`);
  equal((await bob.say("reproduce")).code, 0);
  const asked = server.asked.length;
  equal(asked, 4);
  for (
    const command of [["reproduce"], ["reproduce"], ["status"], [
      "reproduce",
      "--json",
    ]]
  ) {
    equal((await bob.say(...command)).code, 0);
  }
  equal(server.asked.length, asked);
});

Deno.test("an address with a secret is refused, and the secret is not told", async (t) => {
  using bob = new Clone();
  const refused = {
    "https://user:hunter2@example.org/": "it holds a name or a password",
    "https://example.org/?token=hunter2": "it ends with ? or #",
    "ftp://hunter2.example.org/": "ftp:// is not known",
    "s3://no_bucket/hunter2": "its bucket is none",
    "": "allowed is a folder",
  };
  for (const [url, seen] of Object.entries(refused)) {
    await t.step(url || "nothing", async () => {
      const typed = await bob.say("reproduce", `--cache=${url}`);
      equal(typed.code, 2);
      match(
        typed.err,
        /^error: Cannot use the address of --cache with reproduce\n/,
      );
      equal(typed.err.includes(seen), true, typed.err);
      doesNotMatch(typed.err + typed.out, /hunter2/);
      bob.write("experiment.toml", `[cache]\nurl = "${url}"\n`);
      const written = await bob.say("reproduce");
      equal(written.code, 2);
      equal(written.err.includes(seen), true, written.err);
      match(written.err, /experiment\.toml:2/);
      doesNotMatch(written.err + written.out, /hunter2/);
      bob.write("experiment.toml", "");
      const set = await bob.say(
        "reproduce",
        "--set",
        `cache.url=${JSON.stringify(url)}`,
      );
      equal(set.code, 2);
      doesNotMatch(set.err + set.out, /hunter2/);
    });
  }
});

Deno.test("a token does not go over http to another machine, and the run goes on without it", async () => {
  using bob = new Clone('[cache]\nurl = "http://198.51.100.1/"\n');
  const { code, err, out } = await bob.run(
    { FACSIMILE_CACHE_TOKEN: "hunter2" },
    "reproduce",
  );
  equal(code, 0);
  match(
    err,
    /cache http:\/\/198\.51\.100\.1\/: a token is not sent over http to another machine: use https; it is not asked again in this run/,
  );
  doesNotMatch(err + out, /hunter2/);
});

Deno.test("--recheck makes a sample again: nothing to say where it is equal, a loud failure where not", async (t) => {
  using cache = folder();
  using ann = new Clone(writing(cache.path));
  await ann.say("reproduce");

  await t.step("equal", async () => {
    using bob = new Clone();
    const { code, out, err } = await bob.say(
      "reproduce",
      "--cache",
      cache.path,
      "--recheck",
      "5%",
    );
    equal(code, 0, out + err);
    match(out, /checks what ann gave to the cache/);
    match(out, /^done: 1 built, 1 restored in N s/m);
  });

  await t.step("different", async () => {
    // Ann says that there are seven letters.
    const lie = digestBytes("7");
    writeFileSync(join(cache.path, "cas", lie), "7");
    for (const name of readdirSync(join(cache.path, "ac"))) {
      const path = join(cache.path, "ac", name);
      const entry = JSON.parse(readFileSync(path, "utf8"));
      if (entry.record.instance !== "count") continue;
      entry.record.outputs.out = { digest: lie, size: 1 };
      chmodSync(path, 0o644);
      writeFileSync(path, JSON.stringify(entry));
    }
    using eve = new Clone();
    equal((await eve.say("reproduce", "--cache", cache.path)).code, 0);
    equal(eve.read("artifacts/count.txt"), "7");
    // Also of what was brought before.
    const { code, out } = await eve.say("reproduce", "--recheck", "100%");
    equal(code, 1);
    equal(
      out.slice(out.indexOf("✗")).replaceAll(cache.path, "CACHE"),
      `✗ count
error: The result of "count" in the cache is not what it makes here
  | ann made it DATE on MACHINE, as CACHE says: the output "out" is DIGEST… there, DIGEST… here
  hint: ask them; believe nothing more of that maker, and run without the cache: the result that was made here is kept

failed: 1 built, 1 failed in N s
`,
    );
    // What was made here counts from now on.
    equal((await eve.say("reproduce")).code, 0);
    equal(eve.read("artifacts/count.txt"), "5");
  });

  await t.step(
    "the same seed draws the same, and a share that is none is refused",
    async () => {
      const drawn = async (seed: string) => {
        using bob = new Clone();
        const { out } = await bob.say(
          "reproduce",
          "--json",
          "--cache",
          cache.path,
          "--recheck",
          `1%:${seed}`,
        );
        return out.split("\n").filter((line) =>
          line.includes('"kind":"started"')
        )
          .map((line) => JSON.parse(line).instance);
      };
      const some = await Promise.all(["a", "a", "b", "c", "d", "e"].map(drawn));
      deepEqual(some[0], some[1]);
      equal(new Set(some.flat()).size, 2);
      using bob = new Clone();
      for (const share of ["0", "101%", "many", "-1"]) {
        const { code, err } = await bob.say("reproduce", `--recheck=${share}`);
        equal(code, 2);
        match(err, /allowed is a share above 0% and up to 100%/);
      }
    },
  );
});

Deno.test("cache status, push, pull and prune say what they find and do", async (t) => {
  using cache = folder();
  const cached = (kind: string) => readdirSync(join(cache.path, kind)).length;
  using ann = new Clone();
  await ann.say("reproduce");

  await t.step("push", async () => {
    const read = await ann.say("cache", "push", "--cache", cache.path);
    equal(read.code, 2);
    match(
      read.err,
      /Cannot give anything to the cache\n {2}\| it is configured to be read/,
    );
    ann.write("experiment.toml", writing(cache.path));
    deepEqual(await ann.say("cache", "push"), {
      code: 0,
      out: "given: 2 results\n",
      err: "",
    });
    deepEqual(await ann.say("cache", "push"), {
      code: 0,
      out: "given: 0 results; 2 were there\n",
      err: "",
    });
    deepEqual([cached("ac"), cached("cas")], [2, 2]);
  });

  using bob = new Clone();
  await t.step("status", async () => {
    const { out } = await bob.say("cache", "status", "--cache", cache.path);
    equal(
      out.replaceAll(cache.path, "CACHE"),
      `CACHE  read
here and there  0 instances
only there      2 instances
only here       0 instances
nowhere         0 instances
`,
    );
  });

  await t.step("pull", async () => {
    deepEqual(await bob.say("cache", "pull", "--cache", cache.path), {
      code: 0,
      out: "got: 2 results\n",
      err: "",
    });
    equal((await bob.say("reproduce")).code, 0);
    equal(bob.read("artifacts/count.txt"), "5");
    bob.write("experiment.toml", writing(cache.path));
    deepEqual(await bob.say("cache", "push"), {
      code: 0,
      out: "given: 0 results\n2 results not made here: left to their makers\n",
      err: "",
    });
    const { out } = await bob.say("cache");
    match(out, /^here and there {2}2 instances$/m);
  });

  await t.step("prune", async () => {
    ann.write("experiment.toml", 'text = "or not"\n' + writing(cache.path));
    equal((await ann.say("reproduce")).code, 0);
    deepEqual([cached("ac"), cached("cas")], [4, 4]);
    const age = (days: number) => {
      const then = new Date(Date.now() - days * 24 * 3_600_000);
      for (const kind of ["ac", "cas"]) {
        for (const name of readdirSync(join(cache.path, kind))) {
          utimesSync(join(cache.path, kind, name), then, then);
        }
      }
    };
    deepEqual(await ann.say("cache", "prune"), {
      code: 0,
      out: "nothing to remove\n",
      err: "",
    });
    age(40);
    deepEqual(await ann.say("cache", "prune", "--days", "50"), {
      code: 0,
      out: "nothing to remove\n",
      err: "",
    });
    const dry = await ann.say("cache", "prune", "--dry-run");
    match(
      dry.out,
      /^would remove [\d.]+ k?B: 4 files that nobody used for 30 days\n$/,
    );
    deepEqual([cached("ac"), cached("cas")], [4, 4]);
    // What another configuration made goes; that of this one stays, however old.
    match(
      (await ann.say("cache", "prune")).out,
      /^removes [\d.]+ k?B: 4 files/,
    );
    deepEqual([cached("ac"), cached("cas")], [2, 2]);
    match((await ann.say("cache")).out, /^here and there {2}2 instances$/m);
  });

  await t.step(
    "what cannot be listed is not pruned, and no cache is none",
    async () => {
      const http = await bob.say(
        "cache",
        "prune",
        "--cache",
        "http://127.0.0.1:1",
      );
      equal(http.code, 2);
      match(
        http.err,
        /Cannot remove anything from http:\/\/127\.0\.0\.1:1\n {2}\| a web server has no list of what it keeps/,
      );
      const s3 = await bob.say("cache", "prune", "--cache", "s3://bucket/one");
      match(s3.err, /\| a bucket prunes by itself, by a lifecycle rule/);
      bob.write("experiment.toml", "");
      const none = await bob.say("cache");
      equal(none.code, 2);
      match(none.err, /^error: Cannot find a cache\n/);
    },
  );

  await t.step("a cache in trouble", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}`;
    listener.close();
    const { code, err } = await bob.say("cache", "--cache", url);
    equal(code, 1);
    equal(
      err,
      `warning: cache ${url}: nobody listens there
`,
    );
  });
});

Deno.test("cache key makes a pair that signs and is accepted", async () => {
  using cache = folder();
  using ann = new Clone();
  const { out, err } = await ann.run("cache", "key");
  const [, key = ""] = /^accept = \["(ed25519:\S+) NAME"\]/.exec(err) ?? [];
  using bob = new Clone(
    `[cache]\nurl = "${cache.path}"\naccept = ["${key} ann of the lab"]\n`,
  );
  ann.write("experiment.toml", writing(cache.path));
  const made = await ann.run({ FACSIMILE_CACHE_KEY: out.trim() }, "reproduce");
  equal(made.code, 0, made.err);
  const { out: said } = await bob.say("reproduce");
  match(
    said,
    /restored +from cache \(ann of the lab, DATE, MACHINE\): loud, count/,
  );
  match(said, /not made here/);
  // What is pushed later is signed, too.
  for (const kind of ["ac", "cas"]) {
    rmSync(join(cache.path, kind), { recursive: true });
  }
  const pushed = await ann.run(
    { FACSIMILE_CACHE_KEY: out.trim() },
    ...["cache", "push"],
  );
  equal(pushed.out, "given: 2 results\n");
  const { out: pulled } = await bob.say("cache");
  match(pulled, /^here and there {2}2 instances$/m);
  using eve = new Clone(
    `[cache]\nurl = "${cache.path}"\naccept = ["ed25519:${"A".repeat(43)}="]\n`,
  );
  const refused = await eve.say("reproduce");
  equal(refused.code, 0);
  match(
    refused.err,
    /cache .*: 1 record refused that no accepted key has signed/,
  );
  match(refused.out, /^done: 2 built/m);
});

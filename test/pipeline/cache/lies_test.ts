/** Servers that lie, each in its way: the right bits or a miss, and one warning. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Study } from "../../rig/study.ts";
import { answer, type Asked, honest, Liar, type Manners } from "./liar.ts";
import { all, folder, person } from "./people.ts";

/** 300 kB: more than a line holds, so that a sender waits for its reader. */
const TIMES = 100_000;
const PAGE = "page 300000";

const isObject = ({ path }: Asked) => path.startsWith("cas/");
const isRecord = ({ path }: Asked) => path.startsWith("ac/");

/** 64 MiB of nothing, in 64 kB. */
const BOMB = new Uint8Array(gzipSync(new Uint8Array(2 ** 26)));

/** Honest but for objects, or for records. */
function lies(about: (asked: Asked) => boolean, manners: Manners): Manners {
  return (asked) =>
    asked.content && asked.method === "GET" && about(asked)
      ? manners(asked)
      : honest(asked);
}

/** Sends a little again and again, until nobody listens. */
async function drip(asked: Asked, head: string): Promise<void> {
  if (!await asked.send(head)) return;
  for (const byte of asked.content!) {
    if (!await asked.send(new Uint8Array([byte]))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function endless({ send }: Asked): Promise<void> {
  await send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const piece = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  while (await send(piece));
}

/** An answer with the record changed, its facts and its fingerprint left alone. */
function edited(edit: (entry: Entry) => void): Manners {
  return ({ content, send }) => {
    const entry = JSON.parse(new TextDecoder().decode(content)) as Entry;
    edit(entry);
    return send(answer(JSON.stringify(entry)));
  };
}

interface Entry {
  [name: string]: unknown;
  record: {
    [name: string]: unknown;
    outputs: { [name: string]: { digest: string; size: unknown } };
  };
}

/** How servers lie, and what is said of it. */
const LIES: {
  readonly [name: string]: {
    readonly manners: Manners;
    readonly said: RegExp;
    /** It keeps somebody waiting: not for long here. */
    readonly slow?: true;
  };
} = {
  "other bytes under the name of an object": {
    manners: lies(
      isObject,
      ({ content, send }) => send(answer(content!.map((byte) => byte ^ 1))),
    ),
    said: /what it sent is not what its name says/,
  },
  "an object that is cut off": {
    manners: lies(
      isObject,
      ({ content, send }) =>
        send(
          answer(content!.subarray(0, content!.length / 2), {
            length: content!.length,
          }),
        ),
    ),
    said: /the connection broke off/,
  },
  "an object that is cut off, by what it says of its length, too": {
    manners: lies(
      isObject,
      ({ content, send }) =>
        send(answer(content!.subarray(0, content!.length / 2))),
    ),
    said: /it sent \d+ of \d+ bytes of an object/,
  },
  "an object that says it is larger": {
    manners: lies(
      isObject,
      ({ content, send }) => send(answer(content!, { length: 2 ** 40 })),
    ),
    said: /it sent more than \d+ bytes where that is all there can be/,
  },
  "an object without an end": {
    manners: lies(isObject, endless),
    said: /it sent more than \d+ bytes/,
  },
  "an object that swells when it is unpacked": {
    manners: lies(
      isObject,
      ({ send }) =>
        send(
          answer(BOMB, {
            more: "Content-Encoding: gzip\r\n",
          }),
        ),
    ),
    said: /it sent more than \d+ bytes/,
  },
  "an object in drops": {
    manners: lies(
      isObject,
      (asked) =>
        drip(
          asked,
          `HTTP/1.1 200 OK\r\nContent-Length: ${asked.content!.length}\r\n\r\n`,
        ),
    ),
    said: /it sends too slowly|it does not go on sending/,
    slow: true,
  },
  "an object that stops halfway": {
    manners: lies(isObject, async ({ content, send, gone }) => {
      const half = content!.subarray(0, content!.length / 2);
      await send(answer(half, { length: content!.length }));
      await gone;
    }),
    said: /it does not go on sending/,
    slow: true,
  },
  "objects that records name and nobody has": {
    manners: (asked) =>
      isObject(asked)
        ? asked.send(answer("", { status: "404 Not Found" }))
        : honest(asked),
    said: /it lacks what a record of it names/,
  },
  "a record without an end": {
    manners: lies(isRecord, endless),
    said: /it sent more than 16777216 bytes/,
  },
  "a gigantic record": {
    manners: lies(
      isRecord,
      ({ send }) => send(answer(`{"a": "${"x".repeat(17 * 2 ** 20)}"}`)),
    ),
    said: /it sent more than 16777216 bytes/,
  },
  "a record in drops": {
    manners: lies(
      isRecord,
      (asked) =>
        drip(
          asked,
          `HTTP/1.1 200 OK\r\nContent-Length: ${asked.content!.length}\r\n\r\n`,
        ),
    ),
    said: /it sends too slowly|it does not go on sending/,
    slow: true,
  },
  "a record that is no JSON": {
    manners: lies(isRecord, ({ send }) => send(answer("<html>"))),
    said: /a record of it is no JSON/,
  },
  "a record that is nested too deep": {
    manners: lies(
      isRecord,
      ({ send }) =>
        send(
          answer(`{"record": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
        ),
    ),
    said: /a record of it is no record/,
  },
  "a record with an infinite number": {
    manners: lies(
      isRecord,
      ({ content, send }) =>
        send(
          answer(
            new TextDecoder().decode(content).replace(
              /"seconds": [\d.]+/,
              '"seconds": 1e999',
            ),
          ),
        ),
    ),
    said: /a record of it is no record/,
  },
  "a record with other facts": {
    manners: lies(
      isRecord,
      edited(({ record }) => {
        record.facts = { ...record.facts as object, deno: "1.0.0" };
      }),
    ),
    said: /a record of it is not of the fingerprint that it stands under/,
  },
  "a record with a size that no file has": {
    manners: lies(
      isRecord,
      edited(({ record }) => {
        for (const output of Object.values(record.outputs)) output.size = -1;
      }),
    ),
    said: /a record of it says what no record can/,
  },
  "a record with sizes that are not those of its contents": {
    manners: lies(
      isRecord,
      edited(({ record }) => {
        for (const output of Object.values(record.outputs)) {
          output.size = Number(output.size) + 1;
        }
      }),
    ),
    said: /it sent \d+ of \d+ bytes of an object/,
  },
  "a record of a stand-in": {
    manners: lies(
      isRecord,
      edited(({ record }) => {
        record.provisional = "drawn";
      }),
    ),
    said: /a record of it says what no record can/,
  },
  "a server error": {
    manners: ({ send }) =>
      send(answer("", { status: "500 Internal Server Error" })),
    said: /it answers with status 500/,
  },
  "what is no HTTP": {
    manners: ({ send }) => send("220 smtp.example.org ESMTP\r\n"),
    said: /it cannot be reached/,
  },
  "a server that accepts and says nothing": {
    manners: ({ gone }) => gone,
    said: /it does not answer within 0.5 s/,
    slow: true,
  },
  "a server that hangs up": {
    manners: () => Promise.resolve(),
    said: /it cannot be reached/,
  },
};

/** One run against a server, which must be right whatever the server does. */
async function survive(
  bob: Study,
  url: string,
  said: RegExp,
  timeout = 10,
): Promise<void> {
  const ended = await bob.run({ cache: { url, timeout } });
  equal(bob.read("artifacts/page.txt"), PAGE);
  deepEqual(Object.keys(ended), Object.keys(all("built")));
  const warnings = bob.story.split("\n").filter((line) => line.startsWith("!"));
  equal(warnings.length, 1, bob.story);
  match(warnings[0]!, said);
  // Nothing of it is left, under no name.
  deepEqual(
    readdirSync(`${bob.root}/.store`).filter((name) =>
      !/^(cache|checkpoints|failed|gate|latest|leases|mending|objects|publishing|records|runs|work|generations)$/
        .test(name)
    ),
    [],
  );
  deepEqual(
    readdirSync(`${bob.root}/.store/objects`).filter((name) =>
      !/^[0-9a-f]{64}$/.test(name)
    ),
    [],
  );
  deepEqual(readdirSync(`${bob.root}/.store/work`), []);
}

/** What an honest person gave. */
const cache = folder();
globalThis.addEventListener("unload", () => cache[Symbol.dispose]());
{
  await using ann = await person("abc", TIMES);
  await ann.run({ cache: { url: cache.path, mode: "read-write" } });
}

for (const [name, { manners, said, slow }] of Object.entries(LIES)) {
  Deno.test(`the right bits or a miss, and one warning: ${name}`, async () => {
    await using server = new Liar(cache.path, manners);
    await using bob = await person("abc", TIMES);
    await survive(bob, server.url, said, slow ? 0.5 : 10);
    deepEqual(await bob.run(), all("reused"));
  });
}

Deno.test("the honest one gives everything", async () => {
  await using server = new Liar(cache.path, honest);
  await using bob = await person("abc", TIMES);
  deepEqual(await bob.run({ cache: { url: server.url } }), all("restored"));
  equal(bob.read("artifacts/page.txt"), PAGE);
  doesNotMatch(bob.story, /!/);
});

Deno.test("names that lead elsewhere are those of no output", async () => {
  for (const name of ["../../../a.txt", "/etc/a.txt", "a.txt/../../b", ""]) {
    await using server = new Liar(
      cache.path,
      lies(
        isRecord,
        edited(({ record }) => {
          const [first] = Object.values(record.outputs);
          record.outputs = { [name]: first! };
          record.instance = name;
        }),
      ),
    );
    await using bob = await person("abc", TIMES);
    deepEqual(await bob.run({ cache: { url: server.url } }), all("built"));
    equal(bob.read("artifacts/page.txt"), PAGE);
    deepEqual(server.asked.filter((one) => !one.startsWith("GET ac/")), []);
  }
});

Deno.test(
  "a record that says more than a record does says nothing by that",
  async () => {
    await using server = new Liar(
      cache.path,
      lies(
        isRecord,
        edited(({ record }) => {
          record.instance = "../../x";
          record.from = { archive: "0".repeat(64) };
          record.extra = "\u001b[2J";
        }),
      ),
    );
    await using bob = await person("abc", TIMES);
    deepEqual(await bob.run({ cache: { url: server.url } }), all("restored"));
    const { store } = await bob.open();
    const record = store.latest("count", "count");
    equal(record?.instance, "count");
    equal(
      record?.from && "cache" in record.from && record.from.cache,
      server.url,
    );
    equal(Object.hasOwn(record!, "extra"), false);
  },
);

Deno.test("a record of another version of this program is a plain miss", async () => {
  await using server = new Liar(
    cache.path,
    lies(
      isRecord,
      edited((entry) => {
        entry.version = 2;
        entry.record = { facts: "in another form" } as never;
      }),
    ),
  );
  await using bob = await person("abc", TIMES);
  deepEqual(await bob.run({ cache: { url: server.url } }), all("built"));
  doesNotMatch(bob.story, /!/);
});

Deno.test("a cache of changed code is a plain miss, until something comes out equal", async () => {
  await using server = new Liar(cache.path, honest);
  await using bob = await person("abc", TIMES);
  const path = "stages/letters.ts";
  bob.write(
    path,
    bob.read(path).replace("task.params.text", "'' + task.params.text"),
  );
  deepEqual(await bob.run({ cache: { url: server.url } }), {
    letters: "built",
    count: "restored",
    page: "restored",
  });
  doesNotMatch(bob.story, /!/);
});

Deno.test(
  "a record of another instance is of no use under this key",
  async () => {
    const [one = "", ...others] = readdirSync(`${cache.path}/ac`);
    await using server = new Liar(cache.path, (asked) => {
      const other = isRecord(asked)
        ? Deno.readFileSync(
          `${cache.path}/ac/${asked.path.endsWith(one) ? others[0] : one}`,
        )
        : asked.content;
      return honest({ ...asked, content: other });
    });
    await using bob = await person("abc", TIMES);
    await survive(
      bob,
      server.url,
      /not of the fingerprint that it stands under/,
    );
  },
);

Deno.test("a redirect is not followed, and takes no token along", async () => {
  await using target = new Liar(cache.path, honest);
  await using server = new Liar(
    cache.path,
    ({ path, send }) =>
      send(answer("", {
        status: "302 Found",
        more: `Location: ${target.url}/${path}\r\n`,
      })),
  );
  await using bob = await person("abc", TIMES);
  await survive(
    bob,
    server.url,
    /it sends on to another address, which is not followed/,
  );
  deepEqual(target.asked, []);
});

Deno.test("a dead server is asked once, whatever there is to ask", async () => {
  await using bob = await person();
  bob.stage("many", {
    matrix: { n: Array.from({ length: 40 }, (_, n) => n) },
    outputs: ["a"],
  }, `write(task.output("a"), "1");`);
  await using silent = new Liar(cache.path, ({ gone }) => gone);
  const ended = await bob.run({
    cache: { url: silent.url, timeout: 0.5, mode: "read-write" },
  });
  ok(Object.values(ended).every((one) => one === "built"));
  // Of 41 questions those that were under way when the first was not answered.
  equal(silent.asked.length <= 32, true, `${silent.asked.length}`);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  await using eve = await person("abc", TIMES);
  await survive(eve, url, /nobody listens there/);
});

Deno.test("look-ups are made side by side, and what was absent is not asked twice", async () => {
  await using bob = await person();
  const count = 100;
  bob.stage("many", {
    matrix: { n: Array.from({ length: count }, (_, n) => n) },
    outputs: ["a"],
  }, `write(task.output("a"), "1");`);
  let [waiting, most] = [0, 0];
  const { promise: full, resolve } = Promise.withResolvers<void>();
  await using server = new Liar(cache.path, async (asked) => {
    most = Math.max(most, ++waiting);
    // The first ones are answered when so many ask at once; alone, none ever would be.
    if (most === 32) resolve();
    await full;
    waiting--;
    await honest(asked);
  });
  await bob.run({ cache: { url: server.url, timeout: 20 } });
  equal(most, 32);
  equal(server.asked.length, count + 3);
  equal(new Set(server.asked).size, count + 3);
});

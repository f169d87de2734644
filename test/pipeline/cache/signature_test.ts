/** Whose records are believed: Ed25519 over all that a record says. */
import { deepEqual, equal, match } from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  newKey,
  readKey,
  sign,
  verify,
} from "../../../pipeline/cache/signature.ts";
import { all, folder, person } from "./people.ts";

/** The signature of RFC 8032, 7.1, test 2: of one byte. */
const RFC = {
  secret:
    "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
  value:
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
};
const base64 = (hex: string) => Uint8Array.fromHex(hex).toBase64();

Deno.test("sign() and verify() agree with RFC 8032, and about nothing else", async () => {
  const key = await readKey(base64(RFC.secret));
  equal(key?.key, `ed25519:${base64(RFC.key)}`);
  const signature = await sign(key!, new Uint8Array([0x72]));
  deepEqual(signature, { key: key?.key, value: base64(RFC.value) });
  equal(await verify(signature, new Uint8Array([0x72])), true);
  equal(await verify(signature, new Uint8Array([0x73])), false);
  const other = { ...signature, key: (await newKey()).key };
  equal(await verify(other, new Uint8Array([0x72])), false);
  equal(
    await verify({ ...signature, value: "AAAA" }, new Uint8Array([0x72])),
    false,
  );
  equal(await readKey("no key"), undefined);
});

Deno.test("with accepted keys only their records are believed, and name whose they are", async (t) => {
  using cache = folder();
  const { secret, key } = await newKey();
  const file = join(cache.path, "key");
  writeFileSync(file, secret + "\n");
  chmodSync(file, 0o600);
  await using ann = await person();
  await ann.run({
    cache: {
      url: cache.path,
      mode: "read-write",
      name: "mallory",
      key_file: file,
    },
  });

  await t.step("the accepted one", async () => {
    await using bob = await person();
    const accept = [`${key} ann`];
    deepEqual(
      await bob.run({ cache: { url: cache.path, accept } }),
      all("restored"),
    );
    const ended = bob.events.find(({ kind }) => kind === "ended");
    const from = ended?.kind === "ended" && ended.outcome.kind === "restored"
      ? ended.outcome.from
      : undefined;
    equal(from?.who, "ann");
    equal(from?.key, key);
  });

  await t.step("another key", async () => {
    await using bob = await person();
    const accept = [(await newKey()).key];
    deepEqual(
      await bob.run({ cache: { url: cache.path, accept } }),
      all("built"),
    );
  });

  await t.step("a record that was changed after it was signed", async () => {
    const folder = join(cache.path, "ac");
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const text = readFileSync(path, "utf8");
      match(text, /"who": "mallory"/);
      chmodSync(path, 0o644);
      writeFileSync(path, text.replace('"mallory"', '"ann"'));
    }
    await using bob = await person();
    const accept = [`${key} ann`];
    deepEqual(
      await bob.run({ cache: { url: cache.path, accept } }),
      all("built"),
    );
  });

  await t.step(
    "where no key is asked for, whoever can write is believed",
    async () => {
      await using bob = await person();
      deepEqual(await bob.run({ cache: { url: cache.path } }), all("restored"));
    },
  );

  await t.step(
    "whoever may write replaces records that nobody believes",
    async () => {
      await using bob = await person();
      const accept = [`${key} ann`];
      await bob.run({
        cache: { url: cache.path, accept, mode: "read-write", key_file: file },
      });
      await using eve = await person();
      deepEqual(
        await eve.run({ cache: { url: cache.path, accept } }),
        all("restored"),
      );
    },
  );

  await t.step("a key that others may read signs nothing", async () => {
    chmodSync(file, 0o640);
    await using bob = await person();
    deepEqual(
      await bob.run({
        cache: { url: cache.path, mode: "read-write", key_file: file },
      }),
      all("built"),
    );
    match(bob.story, /others may read the private file .*key: chmod 600 it/);
  });
});

/** A cache in a bucket: every request is signed as the standard says. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Bucket, signatureOf } from "./bucket.ts";
import { all, folder, forget, person } from "./people.ts";

Deno.test("the tests' own bucket knows the signature of the standard's example", () => {
  const headers = new Map([
    ["host", "examplebucket.s3.amazonaws.com"],
    ["range", "bytes=0-9"],
    [
      "x-amz-content-sha256",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ],
    ["x-amz-date", "20130524T000000Z"],
  ]);
  equal(
    signatureOf(["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("/"), {
      method: "GET",
      path: "/test.txt",
      query: "",
      headers,
      names: [...headers.keys()],
      payload: headers.get("x-amz-content-sha256")!,
      scope: "20130524/us-east-1/s3/aws4_request",
    }),
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  );
});

Deno.test("run() gives to a bucket what it made, and the next person runs nothing", async (t) => {
  using place = folder();
  const token = (text: string) => {
    const path = join(place.path, `token-${crypto.randomUUID()}`);
    writeFileSync(path, text);
    chmodSync(path, 0o600);
    return path;
  };
  const region = "eu-central-1";
  await using bucket = new Bucket([
    { id: "WRITER", secret: "write-secret", writes: true },
    { id: "READER", secret: "read-secret", writes: false },
  ], region);
  const at = (secret: string) => ({
    url: "s3://results/paper/one",
    endpoint: bucket.endpoint,
    region,
    token_file: token(secret),
  });
  await using ann = await person("abc", 700_000);
  await using bob = await person("abc", 700_000);

  await t.step(
    "a writer's key writes and reads, a large object too",
    async () => {
      deepEqual(
        await ann.run({
          cache: { ...at("WRITER:write-secret"), mode: "read-write" },
        }),
        all("built"),
      );
      deepEqual(bucket.refused, []);
      doesNotMatch(ann.story, /!/);
      deepEqual(
        [
          ...new Set(
            [...bucket.objects.keys()].map((key) =>
              key.replace(/[0-9a-f]{64}$/, "…")
            ),
          ),
        ].sort(),
        ["paper/one/ac/…", "paper/one/cas/…"],
      );
      equal(bucket.objects.size, 6);
    },
  );

  await t.step("a reader's key reads", async () => {
    deepEqual(
      await bob.run({ cache: at("READER:read-secret") }),
      all("restored"),
    );
    equal(bob.read("artifacts/page.txt"), "page 2100000");
    deepEqual(bucket.refused, []);
  });

  await t.step("a reader's key does not write", async () => {
    bucket.objects.clear();
    forget(bob);
    deepEqual(
      await bob.run({
        cache: { ...at("READER:read-secret"), mode: "read-write" },
      }),
      all("built"),
    );
    equal(bucket.refused.pop(), "AccessDenied");
    match(
      bob.story,
      /^! cache s3:\/\/results\/paper\/one: it refuses access \(403\)/m,
    );
  });

  await t.step(
    "a wrong secret, another region and no key at all are misses",
    async () => {
      for (
        const [cache, why] of [
          [at("READER:wrong"), "SignatureDoesNotMatch"],
          [
            { ...at("READER:read-secret"), region: "us-east-1" },
            "AuthorizationHeaderMalformed",
          ],
          [{ ...at(""), region }, "AccessDenied"],
        ] as const
      ) {
        forget(bob);
        deepEqual(await bob.run({ cache }), all("built"));
        equal(bucket.refused.pop(), why);
      }
    },
  );
});

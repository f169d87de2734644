/** Depositing an archive, against a server that behaves like Zenodo. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pack } from "../../../../pipeline/archive/pack.ts";
import { parseArguments } from "../../../../pipeline/cli/arguments.ts";
import depositCommand from "../../../../pipeline/cli/commands/deposit.ts";
import {
  deposit,
  type Parcel,
  type Step,
} from "../../../../pipeline/archive/deposit/depositing.ts";
import { Zenodo } from "../../../../pipeline/archive/deposit/zenodo.ts";
import { Failed, unwrap } from "../../../../pipeline/failure.ts";
import { style } from "../../../../pipeline/text/style.ts";
import { openZip } from "../../../../pipeline/archive/zip/zip.ts";
import { checkout } from "../checkout.ts";
import { Paper } from "../fixture.ts";
import { resign, unpack } from "../tampering.ts";
import { FakeZenodo, TOKEN } from "./server.ts";

const PATIENCE = { attempts: 4, delay: 1, silence: 2_000 };
const BYTES = new Uint8Array(700_000).map((_, i) => i * 7 + (i >> 8));
const MD5 = createHash("md5").update(BYTES).digest("hex");

const DESCRIPTION = {
  title: "A paper",
  upload_type: "dataset",
  creators: [{ name: "Example, Ada" }],
  license: "MIT",
  publication_date: "2026-11-25",
};

/** An archive; what is in it does not matter here. */
async function parcel(root = "ab12", more: Parcel["metadata"] = {}) {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "paper 1.0.zip");
  writeFileSync(path, BYTES);
  return { path, root, metadata: { ...DESCRIPTION, ...more } };
}

async function send(
  server: FakeZenodo,
  { token = TOKEN, root = "ab12", url = server.url, more = {} } = {},
) {
  const steps: Step[] = [];
  const access = { server: url, token, patience: PATIENCE };
  const result = await deposit(
    new Zenodo(access),
    await parcel(root, more),
    (step) => void steps.push(step),
  );
  return { result, steps: steps.map(({ kind }) => kind) };
}

/** The failure of a deposit, which must not repeat the token. */
async function failure(...args: Parameters<typeof send>) {
  const { result } = await send(...args);
  if (result.ok) throw new Error("it worked");
  equal(
    JSON.stringify(result.failure).includes(args[1]?.token ?? TOKEN),
    false,
  );
  return result.failure;
}

Deno.test("deposit() makes a draft, described and with the whole file, and does not publish", async () => {
  await using server = new FakeZenodo();
  const { result, steps } = await send(server);
  equal(result.ok, true);
  if (!result.ok) return;
  equal(result.value.doi, "10.5072/zenodo.1000");
  equal(result.value.md5, MD5);
  const [draft] = server.drafts;
  deepEqual(draft?.metadata, {
    ...DESCRIPTION,
    notes: "Root digest of the archive: ab12",
    prereserve_doi: true,
  });
  deepEqual([...draft!.files], [
    ["paper 1.0.zip", { size: BYTES.length, md5: MD5 }],
  ]);
  equal(steps[0], "created");
  equal(steps.filter((kind) => kind === "uploading").length > 1, true);
  deepEqual(server.requests, [
    "GET /api/deposit/depositions?status=draft&size=100",
    "POST /api/deposit/depositions",
    "PUT /api/files/1000/paper%201.0.zip",
  ]);
});

Deno.test("deposit() continues the draft of the same archive, and makes another for another", async () => {
  await using server = new FakeZenodo();
  await send(server);
  const again = await send(server);
  deepEqual(again.steps, ["continued", "there"]);
  equal(server.drafts.length, 1);
  // What arrived broken is sent again.
  server.drafts[0]!.files.set("paper 1.0.zip", { size: 3, md5: "00" });
  equal((await send(server)).steps.includes("uploading"), true);
  equal(server.drafts[0]!.files.get("paper 1.0.zip")?.md5, MD5);
  await send(server, { root: "cd34" });
  equal(server.drafts.length, 2);
  // A published one is left alone.
  server.drafts[0]!.submitted = true;
  await send(server);
  equal(server.drafts.length, 3);
});

Deno.test("deposit() tries again what failed in passing, and creates no draft twice", async () => {
  await using server = new FakeZenodo();
  const left = new Map([["GET", 2], ["PUT", 3]]);
  server.trouble = ({ method }) => {
    const count = left.get(method) ?? 0;
    left.set(method, count - 1);
    if (count <= 0) return undefined;
    return new Response("busy", {
      status: count === 1 ? 429 : 503,
      headers: { "retry-after": "1" },
    });
  };
  equal((await send(server)).result.ok, true);
  equal(server.drafts.length, 1);

  await using broken = new FakeZenodo();
  broken.trouble = ({ method }) =>
    method === "POST" ? new Response("", { status: 502 }) : undefined;
  const { seen, hint } = await failure(broken);
  match(seen ?? "", /answers 502/);
  match(hint ?? "", /continues/);
  equal(
    broken.requests.filter((request) => request.startsWith("POST")).length,
    1,
  );
});

Deno.test("deposit() says what the server refuses, and never repeats the token", async () => {
  await using server = new FakeZenodo();
  match(
    (await failure(server, { token: "an0ther-t0ken" })).hint ?? "",
    /new token/,
  );

  server.trouble = () =>
    Response.json({
      status: 400,
      message: `Validation error for ${TOKEN}`,
      errors: [{ field: "metadata.creators", messages: ["Shorter than 1."] }],
    }, { status: 400 });
  const invalid = await failure(server);
  match(
    invalid.seen ?? "",
    /400: Validation error for …; metadata\.creators: Shorter/,
  );

  server.trouble = () =>
    Response.json({ message: "no scope" }, { status: 403 });
  match((await failure(server)).hint ?? "", /deposit:write/);

  server.trouble = () =>
    new Response(`<html>log in, ${TOKEN}</html>`, {
      headers: { "content-type": "text/html" },
    });
  match((await failure(server)).seen ?? "", /<html>log in, …/);

  server.trouble = ({ method }) =>
    method === "PUT" ? new Response("", { status: 413 }) : undefined;
  match((await failure(server)).hint ?? "", /quota/);
});

Deno.test("deposit() is refused by Zenodo's own list of schemes, and says which identifier it was", async () => {
  await using server = new FakeZenodo();
  const related = (identifier: string) => ({
    more: {
      related_identifiers: [{ identifier, relation: "hasPart" }],
    },
  });
  const id = `swh:1:dir:${"0".repeat(40)}`;
  match(
    (await failure(server, related(id))).seen ?? "",
    /answers 400: .*related_identifiers\.0\.identifier: Invalid identifier/,
  );
  const url = `https://archive.softwareheritage.org/${id}`;
  equal((await send(server, related(url))).result.ok, true);
  match(
    (await failure(server, { more: { creators: [], title: "" } })).seen ?? "",
    /metadata\.title: .*metadata\.creators: /,
  );
});

Deno.test("what an archive says of itself is what Zenodo takes", async () => {
  await using paper = await checkout();
  await using server = new FakeZenodo();
  const { path, root } = unwrap(await paper.archive());
  using container = openZip(path);
  const metadata = JSON.parse(
    new TextDecoder().decode(container.read(".zenodo.json")),
  );
  equal(metadata.related_identifiers.length, 2);
  const access = { server: server.url, token: TOKEN, patience: PATIENCE };
  const made = await deposit(
    new Zenodo(access),
    { path, root, metadata },
    () => {},
  );
  deepEqual(made.ok ? [] : made.failure, []);
});

Deno.test("deposit() takes its token to no other host", async () => {
  await using trap = new FakeZenodo();
  await using server = new FakeZenodo();
  server.trouble = () =>
    new Response("", {
      status: 302,
      headers: { location: new URL(`login?next=${TOKEN}`, trap.url).href },
    });
  match((await failure(server)).seen ?? "", /sends on to http.*\/login$/);

  // A draft whose files would go elsewhere.
  server.trouble = ({ method }) =>
    method === "POST"
      ? Response.json({
        id: 1,
        submitted: false,
        links: { bucket: new URL("api/files/1", trap.url).href, html: "x" },
      }, { status: 201 })
      : undefined;
  match((await failure(server)).seen ?? "", /on another host/);
  deepEqual(trap.requests, []);
});

Deno.test("deposit() notices a file that arrived as another", async () => {
  await using server = new FakeZenodo();
  server.trouble = ({ method }) =>
    method === "PUT"
      ? Response.json({ key: "x", size: BYTES.length, checksum: "md5:00" })
      : undefined;
  const { kind, seen } = await failure(server);
  equal(kind, "damaged");
  match(seen ?? "", new RegExp(`${MD5} were sent.*with 00 arrived`));
});

Deno.test("deposit() ends where nobody answers", async () => {
  await using server = new FakeZenodo();
  const { seen, hint } = await failure(server, {
    url: new URL("http://127.0.0.1:9/"),
  });
  match(seen ?? "", /refused/i);
  match(hint ?? "", /continues/);
});

Deno.test("deposit says in a sentence what is wrong with an archive's own description, and sends nothing", async () => {
  await using paper = await Paper.write();
  await paper.run();
  await paper.publish();
  const { path } = unwrap(await paper.archive());
  const folder = await Deno.makeTempDir();
  const before = { token: "ZENODO_TOKEN", url: "ZENODO_URL" };
  Deno.env.set(before.token, TOKEN);
  Deno.env.set(before.url, "http://127.0.0.1:1/");
  try {
    unpack(path, folder);
    for (const text of ["null", "[]", "{", "[".repeat(100_000)]) {
      const member = join(folder, ".zenodo.json");
      writeFileSync(member, text);
      // As a forger would: the description and the manifest agree with it.
      const crate = join(folder, "ro-crate-metadata.json");
      const described = JSON.parse(readFileSync(crate, "utf8"));
      for (const entity of described["@graph"]) {
        if (entity["@id"] !== ".zenodo.json") continue;
        entity.contentSize = String(text.length);
        entity.sha256 = createHash("sha256").update(text).digest("hex");
      }
      writeFileSync(crate, JSON.stringify(described));
      for (const name of [".zenodo.json", "ro-crate-metadata.json"]) {
        resign(folder, name);
      }
      const forged = join(folder, "..", `forged-${Deno.pid}.zip`);
      const names = readdirSync(folder, { recursive: true }) as string[];
      await pack(
        new Map(
          names.filter((name) => statSync(join(folder, name)).isFile())
            .map((name) => [name, { kind: "file", path: join(folder, name) }]),
        ),
        forged,
      );
      try {
        const asked = unwrap(
          parseArguments(["deposit", forged, "--sandbox"]),
        );
        if (asked.kind !== "run") throw new Error("it asked for help");
        let told = "";
        await rejects(
          depositCommand(paper.project, asked.parsed, {
            out: (text) => void (told += text),
            err: () => {},
            style: style(false),
            outStyle: style(false),
            terminal: false,
            columns: () => 100,
            trouble: () => undefined,
          }),
          (error) =>
            error instanceof Failed && error.failure.kind === "bad-archive",
          text.slice(0, 10),
        );
        match(told, /level 1 .* NO: [^]*\.zenodo\.json/);
      } finally {
        rmSync(forged);
      }
    }
  } finally {
    Deno.env.delete(before.token);
    Deno.env.delete(before.url);
    await Deno.remove(folder, { recursive: true });
  }
});

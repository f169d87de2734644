/** `deposit`: uploads an archive to a draft on Zenodo; publishing it is left to a person. */
import { statSync } from "node:fs";
import { Refused } from "../../archive/container.ts";
import { readShape } from "../../archive/documents.ts";
import { inspect, openArchive } from "../../archive/inspection.ts";
import { levelLines } from "../../archive/level.ts";
import type { Parsed } from "../arguments.ts";
import type { Console } from "../console.ts";
import {
  deposit,
  type Parcel,
  type Step,
} from "../../archive/deposit/depositing.ts";
import { PATIENCE } from "../../archive/deposit/exchange.ts";
import { Zenodo } from "../../archive/deposit/zenodo.ts";
import { Failed, unwrap } from "../../failure.ts";
import { anyObject } from "../../published/foreign.ts";
import type { Project } from "../../project/project.ts";
import { NO_CLAIMS } from "../../project/publication.ts";
import { visible } from "../../text/visible.ts";

const SERVERS = {
  sandbox: "https://sandbox.zenodo.org/",
  production: "https://zenodo.org/",
} as const;

/** The token's only place: an argument would be seen by every process of the machine. */
const TOKEN = "ZENODO_TOKEN";

/** The command `deposit`. */
export default async function depositCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  { out, err, outStyle: { green, dim } }: Console,
): Promise<number> {
  const path = parsed.operands[0]!; // exactly one is taken
  const server = serverOf(parsed);
  const token = Deno.env.get(TOKEN)?.trim();
  if (!token) {
    throw new Failed({
      kind: "no-token",
      what: `Cannot deposit on ${server.host}`,
      seen: `${TOKEN} is not set`,
      hint:
        `make a token with the scope deposit:write at ${server.origin}/account/settings/applications/tokens/new/ ` +
        `and put it into the environment: read -rs ${TOKEN} && export ${TOKEN}`,
    });
  }
  const parcel = await check(project, path, out);
  const zenodo = new Zenodo({ server, token, patience: PATIENCE });
  const { draft, doi, name, size, md5 } = unwrap(
    await deposit(zenodo, parcel, teller(err)),
  );
  out(
    [
      `${green("uploaded")}     ${name}, ${size} bytes, MD5 ${md5}`,
      `draft        ${visible(draft.links.html)}`,
      ...(doi === undefined ? [] : [`reserved DOI ${visible(doi)}`]),
      `root digest  ${parcel.root}`,
      "",
      "Next, by you:",
      "  look at the draft, complete it, and press Publish: nothing is public before,",
      "  and nothing can be taken back after",
      "  quote the DOI and the root digest in the paper",
      ...(parsed.has("production")
        ? []
        : [dim("  (the sandbox's DOIs lead nowhere: it is for trying)")]),
      "",
    ].join("\n"),
  );
  return 0;
}

/** The server that is meant. Another one only where no token can get lost: here. */
function serverOf(parsed: Parsed): URL {
  if (parsed.has("production") === parsed.has("sandbox")) {
    throw new Failed({
      kind: "which-server",
      what: "Cannot deposit the archive",
      seen: "it is not said where",
      hint: "add --sandbox to try it, or --production for a DOI that lasts",
    });
  }
  const other = Deno.env.get("ZENODO_URL");
  if (other === undefined) {
    return new URL(
      SERVERS[parsed.has("production") ? "production" : "sandbox"],
    );
  }
  const url = URL.canParse(other) ? new URL(other) : undefined;
  const local = url &&
    ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (!url || !(url.protocol === "https:" || local)) {
    throw new Failed({
      kind: "which-server",
      what: `Cannot use the server "${other}" of ZENODO_URL`,
      seen: "it is no address with https",
      hint:
        "unset ZENODO_URL for Zenodo: a token is sent over nothing but https",
    });
  }
  return url;
}

/** The archive, if it is whole, true and no draft. */
async function check<Config>(
  project: Project<Config>,
  path: string,
  out: (text: string) => void,
): Promise<Parcel> {
  const judge = await project.judge?.() ?? NO_CLAIMS;
  const { levels, root } = inspect(path, judge, 2);
  const bad = levels.find(({ answer }) => answer !== "yes");
  if (bad) {
    out(levelLines(bad).join("\n") + "\n");
    throw new Failed({
      kind: "bad-archive",
      what: `Cannot deposit "${path}"`,
      seen: "it does not pass its own checks, so nothing was sent",
      hint: "make one that does: deno task archive",
    });
  }
  if (statSync(path).isDirectory()) {
    throw new Failed({
      kind: "bad-archive",
      what: `Cannot deposit "${path}"`,
      seen: "it is a folder",
      hint: "give the ZIP file",
    });
  }
  const { draft, metadata } = described(path);
  if (draft) {
    throw new Failed({
      kind: "bad-archive",
      what: `Cannot deposit "${path}"`,
      seen: "it was made with --draft, and something is missing in it",
      hint:
        "read in its README.md what, and make a complete one: deno task archive",
    });
  }
  return { path, root, metadata };
}

/** Whether it is a draft, and what it tells Zenodo. */
function described(
  path: string,
): { readonly draft: boolean; readonly metadata: Parcel["metadata"] } {
  try {
    using container = openArchive(path)!; // it was just read
    const readme = new TextDecoder().decode(container.read("README.md"));
    return {
      draft: readme.includes("**DRAFT, not for publication.**"),
      metadata: readShape(container, ".zenodo.json", anyObject),
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Failed({
      kind: "bad-archive",
      what: `Cannot deposit "${path}"`,
      seen: error.message,
      hint: "make a complete one: deno task archive",
    });
  }
}

/** Tells the way in lines, of an upload each tenth. */
function teller(err: (text: string) => void): (step: Step) => void {
  let tenths = 0;
  return (step) => {
    switch (step.kind) {
      case "created":
        err(`draft ${step.draft.id} is made\n`);
        break;
      case "continued":
        err(`draft ${step.draft.id} is of this archive: it is continued\n`);
        break;
      case "there":
        err("the archive is in it already\n");
        break;
      case "uploading": {
        const done = Math.floor(step.sent / step.size * 10);
        if (done > tenths) err(`sent ${done * 10} %\n`);
        tenths = Math.max(tenths, done);
      }
    }
  };
}

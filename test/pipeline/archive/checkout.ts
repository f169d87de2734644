/** The small paper in a Git checkout. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Paper } from "./fixture.ts";

/** What Git prints; an error where it fails. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: [
      ...["-c", "user.name=Ada", "-c", "user.email=ada@example.org"],
      ...["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"],
      ...["-c", "safe.directory=*", ...args],
    ],
    cwd,
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout).trim();
}

/** A published paper in a Git checkout with all that a repository has. */
export async function checkout(): Promise<Paper> {
  const paper = await Paper.write();
  paper.file(".gitignore", "/.store/\n/artifacts/\n/*.zip\n");
  mkdirSync(join(paper.root, ".ci"));
  paper.file(".ci/run", "#!/bin/sh\n");
  chmodSync(join(paper.root, ".ci/run"), 0o755);
  await paper.run();
  await paper.publish();
  await git(paper.root, "init", "-q");
  await git(paper.root, "add", "-A");
  await git(paper.root, "commit", "-q", "-m", "All of it");
  return paper;
}

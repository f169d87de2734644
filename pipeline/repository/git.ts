/** What Git does for a new repository, where there is a Git. */

/** Who makes it, as Git knows. */
export interface Identity {
  readonly name: string | undefined;
}

/** The name that Git signs with here. */
export async function identityHere(): Promise<Identity> {
  const name = await git(".", "config", "user.name");
  return { name: name?.trim() || undefined };
}

/**
 * Makes a folder a repository with all of its files in the first commit; with none
 * where nobody could sign it. A folder that is within another repository stays in that.
 */
export async function startRepository(
  folder: string,
  template: string,
): Promise<"committed" | "added" | "within" | "none"> {
  const around = await git(folder, "rev-parse", "--is-inside-work-tree");
  if (around?.trim() === "true") return "within";
  if (
    await git(folder, "init", "--quiet", "--initial-branch=main") === undefined
  ) {
    return "none";
  }
  if (await git(folder, "add", "--all") === undefined) return "none";
  const message = `A new paper, from the template ${template}`;
  return await git(folder, "commit", "--quiet", "--message", message) ===
      undefined
    ? "added"
    : "committed";
}

/** Also what is new and not ignored: it is a part of the project as it stands. */
const LIST = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];

/** The files that Git knows in a folder, as they stand; none where there is no Git. */
export async function trackedFiles(
  folder: string,
): Promise<string[] | undefined> {
  const files = (await git(folder, ...LIST))?.split("\0")
    .filter((path) => path !== "");
  return files && files.length > 0 ? files : undefined;
}

/** What Git says; nothing if it fails or is not there. */
async function git(
  folder: string,
  ...args: readonly string[]
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: [...args],
      cwd: folder,
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

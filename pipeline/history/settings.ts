/** What a project's configuration says of the executors; their defaults where it says nothing. */
import * as v from "valibot";
import { executorSchema, type ExecutorSettings } from "../config/executor.ts";
import { ok, type Result } from "../failure.ts";
import type { Overlays, Project } from "../project/project.ts";

/** The checked `[executor]` of a project under some overlays. */
export async function executorSettings<Config>(
  { executor }: Project<Config>,
  overlays: Overlays,
): Promise<Result<ExecutorSettings>> {
  const read = await executor?.(overlays);
  if (read && !read.ok) return read;
  return ok(v.parse(executorSchema, read?.value));
}

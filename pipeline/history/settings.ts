/** What a project's configuration says of the executors and of a cache; defaults where it says nothing. */
import * as v from "valibot";
import { cacheSchema, type CacheSettings } from "../config/cache.ts";
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

/** The checked `[cache]` of a project under some overlays. */
export async function cacheSettings<Config>(
  { cache }: Project<Config>,
  overlays: Overlays,
): Promise<Result<CacheSettings>> {
  const read = await cache?.(overlays);
  if (read && !read.ok) return read;
  const settings = v.parse(cacheSchema, read?.value);
  // `--cache URL` is short for reading, whatever the file says.
  return ok(
    overlays.cache === undefined
      ? settings
      : { ...settings, url: overlays.cache, mode: "read" },
  );
}

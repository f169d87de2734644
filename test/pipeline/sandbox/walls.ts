/** The kernel walls that this machine can build. */
import { bwrapWorks } from "../../../pipeline/sandbox/wall/bwrap.ts";
import { landlockAbi } from "../../../pipeline/sandbox/wall/landlock.ts";
import { skip } from "../../rig/skip.ts";

export const walls: ("landlock" | "bwrap")[] = [];
if (landlockAbi() > 0) walls.push("landlock");
if (bwrapWorks()) walls.push("bwrap");
if (walls.length === 0) skip("kernel walls", "this machine has none");

/** What kind of CPU a machine has. */
import { readFileSync } from "node:fs";

/** Its name and what it can do, as the kernel has it; empty where that is not told. */
export function cpuName(): string {
  try {
    return /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))
      ?.[1] ?? "";
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return "";
  }
}

/** What this process may occupy: cgroups of both versions, and graphics cards. */
import { deepEqual, equal } from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cardsOf, limits } from "../../../pipeline/executor/machine.ts";
import { queues } from "../../../pipeline/executor/placement.ts";

function tree(files: { readonly [path: string]: string }): string {
  const root = Deno.makeTempDirSync();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

Deno.test("limits() are those of every cgroup around the process, of both versions", () => {
  const second = tree({
    "proc/self/cgroup": "0::/job/step\n",
    "sys/fs/cgroup/job/step/memory.max": "max\n",
    "sys/fs/cgroup/job/memory.max": "8000000\n",
  });
  deepEqual(limits(second), [8000000]);
  const first = tree({
    "proc/self/cgroup": "4:memory:/slurm/job\n3:cpuset:/\n",
    "sys/fs/cgroup/memory/slurm/job/memory.limit_in_bytes": "5000\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
  });
  equal(Math.min(...limits(first)), 5000);
  deepEqual(limits(tree({})), []);
  for (const root of [first, second]) rmSync(root, { recursive: true });
});

Deno.test("cardsOf() are those that a cluster gave, else those of the kernel, by number", () => {
  const root = tree({
    "dev/nvidia10": "",
    "dev/nvidia0": "",
    "dev/nvidia2": "",
    "dev/nvidiactl": "",
  });
  deepEqual(cardsOf(undefined, join(root, "dev")), ["0", "2", "10"]);
  deepEqual(cardsOf("1,3", join(root, "dev")), ["1", "3"]);
  deepEqual(cardsOf("", join(root, "dev")), []);
  deepEqual(cardsOf("NoDevFiles", join(root, "dev")), []);
  rmSync(root, { recursive: true });
});

Deno.test("queues() keeps here what says so, what connects to hosts, and what is quicker than a queue", () => {
  const base = {
    runs: { kind: "module", module: "a.ts" },
    outputs: {},
  } as const;
  equal(queues(base, undefined), true);
  equal(queues(base, 9), false);
  equal(queues(base, 11), true);
  equal(queues({ ...base, resources: { gpu: 1 } }, 1), true);
  const net = { ...base, permissions: { net: ["example.org"] } };
  equal(queues(net, 100), false);
  equal(queues({ ...net, place: "job" }, 1), true);
  equal(queues({ ...base, place: "head" }, 1000), false);
});

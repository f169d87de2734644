/** What of this machine a stranger's program gets that runs commands. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageFolders } from "../../../pipeline/sandbox/program/packages.ts";
import { reachOf } from "../../../pipeline/sandbox/program/strange.ts";
import { systemRules } from "../../../pipeline/sandbox/wall/system.ts";
import { within } from "../../../pipeline/store/path.ts";
import { skip } from "../../rig/skip.ts";

/** Sets variables for as long as something takes. */
function given<Value>(
  variables: { readonly [name: string]: string },
  act: () => Value,
): Value {
  const before = Deno.env.toObject();
  for (const [name, value] of Object.entries(variables)) {
    Deno.env.set(name, value);
  }
  try {
    return act();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[name]);
    }
  }
}

Deno.test("reachOf() gives a program and its own parts, and nothing that lies beside them", () => {
  const home = Deno.makeTempDirSync({ prefix: "home-" });
  try {
    const local = join(home, ".local");
    for (const part of ["bin", "lib", "share"]) {
      mkdirSync(join(local, part), { recursive: true });
    }
    const program = join(local, "bin/measure");
    writeFileSync(program, "#!/bin/sh\n");
    chmodSync(program, 0o755);
    const { env, rules } = given(
      { HOME: home, PATH: `${join(local, "bin")}:/usr/bin` },
      () => reachOf(["measure", "there-is-no-such-program"]),
    );
    const reached = (path: string) =>
      rules.some((rule) => within(path, rule.path));
    deepEqual(
      ["bin/measure", "lib/a.so", "share/keyrings", "."].map((path) =>
        reached(join(local, path))
      ),
      [true, true, false, false],
    );
    ok(!reached(home));
    ok(env.PATH?.startsWith(`${join(local, "bin")}:`));
  } finally {
    rmSync(home, { recursive: true });
  }
});

Deno.test("reachOf() lets an interpreter's packages be found where they are found outside", () => {
  const program = "/usr/bin/python3";
  const rules = [
    ...systemRules({ net: false, gpu: false }),
    ...reachOf([program]).rules,
  ];
  const hidden = packageFolders(program).map((path) => dirname(dirname(path)))
    .filter((path) => !rules.some((rule) => within(path, rule.path)));
  deepEqual(hidden, []);
});

const pip = (() => {
  try {
    return new Deno.Command("/usr/bin/python3", {
      args: ["-m", "pip", "--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
})();
if (!pip) skip("pip's settings", "/usr/bin/python3 has no pip");

Deno.test({
  name: "reachOf() tells where pip gets packages, and no password",
  ignore: !pip,
  fn() {
    const folder = Deno.makeTempDirSync({ prefix: "index-" });
    try {
      mkdirSync(join(folder, "simple"));
      const { env, rules } = given({
        PIP_CONFIG_FILE: "/dev/null",
        PIP_INDEX_URL: "https://me:secret@example.org/simple",
        PIP_EXTRA_INDEX_URL: `file://${folder}/simple https://example.org/more`,
        PIP_FIND_LINKS: "https://token@example.org/wheels",
        PIP_RETRIES: "0",
      }, () => reachOf(["/usr/bin/python3"]));
      equal(
        env.PIP_EXTRA_INDEX_URL,
        `file://${folder}/simple https://example.org/more`,
      );
      equal(env.PIP_RETRIES, "0");
      equal(env.PIP_CONFIG_FILE, "/dev/null");
      ok(!/secret|token/.test(JSON.stringify(env)), JSON.stringify(env));
      // The files of an index lie beside its pages.
      ok(rules.some(({ path }) => path === folder));
      const home = given({
        HOME: folder,
        PIP_CONFIG_FILE: "/dev/null",
        PIP_FIND_LINKS: join(folder, "simple"),
      }, () => reachOf(["/usr/bin/python3"]).rules);
      ok(!home.some(({ path }) => path === folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

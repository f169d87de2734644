/**
 * A test that cannot run here must not look like one that passed: it says so at
 * once, and `deno task test` lists all of them at its end.
 */

/** The file that collects what was skipped, one line each; set by `deno task test`. */
export const LIST = "FACSIMILE_SKIPPED";

/** The rooms that were asked for by name, for tests that nobody runs unasked; set likewise. */
export const ASKED = "FACSIMILE_ASKED";

/** Says that tests are skipped: `skip("the report's page", "Chromium is not installed")`. */
export function skip(what: string, why: string): void {
  const list = Deno.env.get(LIST);
  if (list === undefined) {
    // deno-lint-ignore no-console -- for whoever calls `deno test` himself
    console.warn(`SKIPPED: ${what}: ${why}`);
  } else {
    Deno.writeTextFileSync(list, `${what}: ${why}\n`, { append: true });
  }
}

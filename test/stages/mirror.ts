/** The folder with the true MNIST files, on a machine that has it next to the project. */
function find(): string | undefined {
  const path = new URL("../../../shared/mnist", import.meta.url).pathname;
  try {
    Deno.statSync(`${path}/t10k-labels-idx1-ubyte.gz`);
    return path;
  } catch {
    // deno-lint-ignore no-console -- a skipped test must not go unseen
    console.log(`tests on true MNIST are skipped: it is not in ${path}`);
    return undefined;
  }
}

export const mirror = find();

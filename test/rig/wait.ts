/** Waits that end: either what was waited for comes, or an error says what did not. */

/** What a promise gives, if it does within so many seconds. */
export async function within<Value>(
  seconds: number,
  what: string,
  promise: Promise<Value>,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not come within ${seconds} s`)),
      seconds * 1000,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Looks again and again until something is so, for so many seconds at most. */
export async function until(
  seconds: number,
  what: string | (() => string),
  fits: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!await fits()) {
    if (performance.now() > end) {
      const words = typeof what === "string" ? what : what();
      throw new Error(`${words} did not come within ${seconds} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

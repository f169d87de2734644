/** Time as the head counts it. */

/** Seconds that only go forward. */
export function now(): number {
  return performance.now() / 1000;
}

/** Waits so many seconds. */
export function delay(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/**
 * Decides how often a stage's process tells its progress. Runs in that process, imported before the clock is
 * stopped (freeze.ts), and so the one part of the process that knows the time; it
 * gives away no more of it than a yes or a no.
 *
 * Asked at each call: a timer would cost every stage 3.5 ms (docs/rejected.md).
 */
const now = performance.now.bind(performance);

/** Milliseconds for each message, in the long run. */
const INTERVAL = 100;
/** As many may come at once, so that what is slow is told to the last step. */
const AT_ONCE = 20;

let credit = AT_ONCE;
let last = now();

/** Whether it is time to tell something again. */
export function isTime(): boolean {
  const present = now();
  credit = Math.min(AT_ONCE, credit + (present - last) / INTERVAL);
  last = present;
  if (credit < 1) return false;
  credit -= 1;
  return true;
}

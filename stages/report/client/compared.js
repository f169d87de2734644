/** What belongs to all curves: the form of this page's own, also for other runs' files. */

const OVERLAYS = 400;

/** Where means over epochs stand: in the middle of each, which ends at x. */
export function middles({ x }) {
  return x.map((epoch) => epoch - 0.5);
}

/** Another run's file in the form of this page's own curves. */
export function bucketed({ steps, epochs }) {
  const count = Math.min(steps.length, OVERLAYS);
  const buckets = Array.from({ length: count }, (_, bucket) => {
    const from = Math.floor(bucket * steps.length / count);
    const to = Math.floor((bucket + 1) * steps.length / count);
    const losses = steps.slice(from, to);
    return {
      x: (from + to) / 2 * epochs.length / steps.length,
      low: Math.min(...losses),
      mean: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      high: Math.max(...losses),
    };
  });
  const column = (name) => buckets.map((bucket) => bucket[name]);
  const validation = epochs.map((epoch) => epoch.validation_loss);
  return {
    seeds: [],
    steps: {
      x: column("x"),
      low: column("low"),
      mean: column("mean"),
      high: column("high"),
    },
    epochs: {
      x: epochs.map((epoch) => epoch.epoch),
      train: epochs.map((epoch) => epoch.train_loss),
      validation,
      low: validation,
      high: validation,
    },
  };
}

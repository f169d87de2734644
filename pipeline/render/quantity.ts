/** Numbers with units, for people. */

/** `0.8 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${
    pad(Math.floor(whole / 60) % 60)
  } min`;
}

/** `950`, `4,812`, `1.2 M`: a count that need not be exact. */
export function amount(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A measured value in four digits or so. */
export function measured(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 0.001
    ? value.toPrecision(4)
    : value.toExponential(2);
}

/** `12 things`, `1 thing`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

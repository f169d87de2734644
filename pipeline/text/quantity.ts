/** Numbers with units, for people. The same everywhere: no locale has a say. */

/** `0.8 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 04 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (whole < 3600) return `${minutes} min ${two(whole % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${two(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** `0:07`, `12:05`, `2:10:00`: for what counts while one looks on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** An estimate, no finer than it deserves: `8 s`, `45 s`, `3 min 20 s`, `1 h 10 min`. */
export function roughly(seconds: number): string {
  const step = seconds < 20 ? 1 : seconds < 60 ? 5 : seconds < 600 ? 10 : 60;
  const rounded = Math.max(1, Math.round(seconds / step)) * step;
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600 && (step === 60 || rounded % 60 === 0)) {
    return `${Math.floor(rounded / 60)} min`;
  }
  return duration(rounded);
}

/** `950`, `4,812`, `1.2 M`: a count that need not be exact. */
export function amount(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `512 B`, `1.4 MB`: powers of ten, as disks and networks count. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const text = unit > 0 && value < 99.95
    ? value.toFixed(1)
    : String(Math.round(value));
  return `${text} ${UNITS[unit]}`;
}

/** `9,841 images/s`, `2.1 MB/s`. */
export function rate(perSecond: number, unit: string): string {
  return unit === "bytes"
    ? `${bytes(perSecond)}/s`
    : `${amount(perSecond)} ${unit}/s`;
}

/** A measured value in four digits or so. */
export function measured(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const size = Math.abs(value);
  return size >= 0.001 && size < 1e6
    ? value.toPrecision(4)
    : value.toExponential(2);
}

/** `12 things`, `1 thing`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

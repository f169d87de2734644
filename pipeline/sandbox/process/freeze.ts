/**
 * Stops the clock in a stage's process and removes what outlives it, before any
 * code of the stage runs (`--preload`): no result may depend on when it was made, or on an
 * earlier run.
 *
 * Timers still fire; only reading the time gives the same instant for ever.
 * This guards against accidents: code that sets out to find the time will (the
 * modification time of a file, a fresh `node:vm` context).
 */

import { tellDenials } from "./denial.ts";
// For runner.ts, which would import it when the clock stands still.
import "./often.ts";

/** The instant that every stage lives in: the first of the year 2000, UTC. */
const NOW = 946_684_800_000;

/** Every read of the clock, replaced; everything else about dates works. */
function freezeDate(): void {
  const Real = Date;
  const Frozen = function (this: unknown, ...given: unknown[]) {
    if (new.target === undefined) return new Real(NOW).toString();
    const values = given.length === 0 ? [NOW] : given;
    return Reflect.construct(Real, values, new.target);
  };
  Object.defineProperty(Frozen, "name", { value: "Date" });
  Object.defineProperty(Frozen, "length", { value: 7 });
  Frozen.prototype = Real.prototype;
  Object.defineProperty(Real.prototype, "constructor", {
    value: Frozen,
    writable: true,
    configurable: true,
  });
  replace(Frozen, "now", () => NOW);
  replace(Frozen, "parse", Real.parse);
  replace(Frozen, "UTC", Real.UTC);
  replace(globalThis, "Date", Frozen);
}

/** `format()` without a date means now, in four methods. */
function freezeIntl(): void {
  const { prototype } = Intl.DateTimeFormat;
  const format = Object.getOwnPropertyDescriptor(prototype, "format")?.get;
  if (format) {
    Object.defineProperty(prototype, "format", {
      get(this: Intl.DateTimeFormat) {
        const bound: (date: Date | number) => string = format.call(this);
        return (date?: Date | number) => bound(date ?? NOW);
      },
      configurable: true,
    });
  }
  const { formatToParts } = prototype;
  replace(
    prototype,
    "formatToParts",
    function (this: Intl.DateTimeFormat, date?: Date | number) {
      return formatToParts.call(this, date ?? NOW);
    },
  );
}

/** `Temporal.Now`, typed by hand: the compiler's libraries may lack it. */
function freezeTemporal(): void {
  const temporal: unknown = Reflect.get(globalThis, "Temporal");
  if (typeof temporal !== "object" || temporal === null) return;
  const { Instant, Now } = temporal as {
    Instant: {
      fromEpochMilliseconds(at: number): {
        toZonedDateTimeISO(zone: string): {
          toPlainDateTime(): unknown;
          toPlainDate(): unknown;
          toPlainTime(): unknown;
        };
      };
    };
    Now: object;
  };
  const instant = () => Instant.fromEpochMilliseconds(NOW);
  const zoned = (zone = "UTC") => instant().toZonedDateTimeISO(zone);
  replace(Now, "instant", instant);
  replace(Now, "zonedDateTimeISO", zoned);
  replace(
    Now,
    "plainDateTimeISO",
    (zone?: string) => zoned(zone).toPlainDateTime(),
  );
  replace(Now, "plainDateISO", (zone?: string) => zoned(zone).toPlainDate());
  replace(Now, "plainTimeISO", (zone?: string) => zoned(zone).toPlainTime());
}

/** `process.hrtime` and `process.uptime` ask `performance`, too. */
function freezeStopwatches(): void {
  replace(performance, "now", () => 0);
  replace(performance, "timeOrigin", NOW);
  // Marks and measures hold real times. Libraries set them and do not look.
  replace(performance, "mark", () => undefined);
  replace(performance, "measure", () => undefined);
}

/**
 * A worker starts with a clock of its own, so its code is imported after this
 * module; and one core, so that nobody counts them.
 */
function freezeWorkers(): void {
  const Real = Worker;
  class Frozen extends Real {
    constructor(specifier: string | URL, options?: WorkerOptions) {
      const lines = [import.meta.url, String(specifier)]
        .map((url) => `import ${JSON.stringify(url)};`);
      super(
        `data:text/javascript,${encodeURIComponent(lines.join("\n"))}`,
        options,
      );
    }
  }
  Object.defineProperty(Frozen, "name", { value: "Worker" });
  replace(globalThis, "Worker", Frozen);
  replace(navigator, "hardwareConcurrency", 1);
}

/** A file made in memory has a time, too. */
function freezeFiles(): void {
  const Real = File;
  class Frozen extends Real {
    constructor(parts: BlobPart[], name: string, options?: FilePropertyBag) {
      super(parts, name, { lastModified: NOW, ...options });
    }
  }
  Object.defineProperty(Frozen, "name", { value: "File" });
  replace(globalThis, "File", Frozen);
}

/** Deno seeds all chance but this, which would be another key in every run. */
function refuseKeys(): void {
  replace(
    SubtleCrypto.prototype,
    "generateKey",
    () =>
      Promise.reject(
        new TypeError(
          "A stage has no crypto.subtle.generateKey, which would give another key each time: draw bytes with crypto.getRandomValues and import them",
        ),
      ),
  );
}

/** A graphics card computes what it likes: only for stages that declare one. */
function removeGraphics(): void {
  if (Deno.args.includes("gpu")) return;
  Reflect.deleteProperty(Object.getPrototypeOf(navigator), "gpu");
}

/** They persist across processes, without a permission. */
function removeStorage(): void {
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Reflect.deleteProperty(globalThis, name);
  }
}

function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
  });
}

tellDenials();
freezeDate();
freezeIntl();
freezeTemporal();
freezeStopwatches();
freezeWorkers();
freezeFiles();
refuseKeys();
removeGraphics();
removeStorage();

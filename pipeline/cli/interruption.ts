/** Ctrl-C and a polite kill, as a signal to stop and the exit code that they mean. */

/** What listens to them. */
interface Interruption {
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after a kill. */
  readonly code: () => number;
  /** Until then they end the process at once. */
  readonly listen: () => void;
  readonly release: () => void;
}

/** Nobody listens yet. */
export function interruption(): Interruption {
  const controller = new AbortController();
  let listening = false;
  let code = 130;
  const on = (value: number) => () => {
    code = value;
    controller.abort();
  };
  const [interrupt, terminate] = [on(130), on(143)];
  return {
    signal: controller.signal,
    code: () => code,
    listen() {
      if (listening) return;
      listening = true;
      Deno.addSignalListener("SIGINT", interrupt);
      Deno.addSignalListener("SIGTERM", terminate);
    },
    release() {
      if (!listening) return;
      Deno.removeSignalListener("SIGINT", interrupt);
      Deno.removeSignalListener("SIGTERM", terminate);
    },
  };
}

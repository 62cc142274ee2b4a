/** Something that Ctrl-C, or a request to end, stops. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Aborts with the name of the system's signal. */
  readonly happened: Promise<NodeJS.Signals>;
  /** Leaves the signals to their default again. */
  ignore(): void;
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** Turns the first SIGINT or SIGTERM into an abort; the second ends the process at once. */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const abort = (name: NodeJS.Signals): void => {
    ignore();
    controller.abort();
    resolve(name);
  };
  const ignore = (): void => {
    for (const name of signals) process.off(name, abort);
  };
  for (const name of signals) process.on(name, abort);
  return { signal: controller.signal, happened: promise, ignore };
}

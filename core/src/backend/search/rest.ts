/** Work goes on for so long before others have a turn (milliseconds). */
const SLICE = 10;

/** Makes a function that long work calls often: now and then it lets timers, requests and commits have a turn. */
export function makeRest(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < SLICE) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    began = performance.now();
  };
}

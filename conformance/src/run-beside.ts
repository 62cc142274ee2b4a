/**
 * Repeats `observe` while `work` runs, and once more after it. Ends when both have ended, also when one of them fails.
 */
export async function runBeside(
  work: () => Promise<unknown>,
  observe: () => Promise<unknown>,
): Promise<void> {
  const state = { isWorking: true };
  const working = work().finally(() => {
    state.isWorking = false;
  });
  const observing = (async () => {
    while (state.isWorking) {
      await observe();
      await nextTurn();
    }
    await observe();
  })();
  const [worked, observed] = await Promise.allSettled([working, observing]);
  if (worked.status === "rejected") throw worked.reason;
  if (observed.status === "rejected") throw observed.reason;
}

/** Lets timers and other callers have their turn: not every store waits for anything. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Waits for all, then answers all or throws what the first that failed threw. `Promise.all` would let go of a connection
 * on which the others are still asking.
 */
export async function settleAll<Result>(calls: readonly Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

/** When to stop repeating an operation: after `count` times, or once `limitMs` milliseconds have passed. */
export interface TimingLimits {
  readonly count: number;
  readonly limitMs: number;
}

/** Runs an operation one after another and answers how long each took, in milliseconds; at least one is run. */
export async function timeOperations(
  limits: TimingLimits,
  operation: (index: number) => Promise<unknown>,
): Promise<number[]> {
  const durations: number[] = [];
  const end = performance.now() + limits.limitMs;
  for (let index = 0; index < limits.count; index += 1) {
    const before = performance.now();
    await operation(index);
    const after = performance.now();
    durations.push(after - before);
    if (after > end) break;
  }
  return durations;
}

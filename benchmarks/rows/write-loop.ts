import type { Subject } from "../harness/contestant.ts";
import { makeMessage } from "../harness/make-messages.ts";

/** What a loop of appends did. */
export interface WriteLoopResult {
  readonly appended: number;
  readonly errors: number;
  readonly firstError: string;
  /** How long each append took, in milliseconds. */
  readonly durations: readonly number[];
  readonly elapsedMs: number;
}

/** Appends single messages one after another until the time is over; errors are counted, not thrown. */
export async function writeFor(
  durationMs: number,
  subject: Subject,
  sessionAt: (index: number) => string,
): Promise<WriteLoopResult> {
  const durations: number[] = [];
  let errors = 0;
  let firstError = "";
  const start = performance.now();
  let now = start;
  for (let index = 0; now - start < durationMs; index += 1) {
    const message = makeMessage(index);
    const before = performance.now();
    try {
      await subject.append(sessionAt(index), [message]);
      now = performance.now();
      durations.push(now - before);
    } catch (error) {
      now = performance.now();
      errors += 1;
      firstError ||= error instanceof Error ? error.message : String(error);
    }
  }
  return { appended: durations.length, errors, firstError, durations, elapsedMs: now - start };
}

import { isThroughlineError } from "../error.ts";

/** Each time it fails somebody else was faster, so all of them together have got ahead. */
const attempts = 50;

/** What an expectation was about that did not hold. */
interface FailedExpectation {
  readonly kind?: unknown;
  readonly field?: unknown;
}

/**
 * Makes a change that reads first and then expects to find what it has read: again, from the beginning, while others are
 * faster. `isOurs` tells these conflicts from those that no repetition mends.
 */
export async function repeatOnConflict<Result>(
  isOurs: (failed: FailedExpectation) => boolean,
  change: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      const failed = isThroughlineError(error) && error.reason === "expectation" ? error.details : undefined;
      if (attempt === attempts || failed === undefined || !isOurs(failed)) throw error;
      // Those who collided would collide again if all went on at once.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * attempt));
    }
  }
}

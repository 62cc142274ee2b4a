import type { ErasureJob } from "./erasure-job.ts";

/** What one eraser did itself, of a session that others may erase at the same time. */
export class OwnPart {
  /** Whether its own step was the last: to the end, or to where living forks need the rest. */
  hasEnded = false;
  /** Large values that went, and their bytes. */
  blobs = 0;
  bytes = 0;
  #left: string | undefined;

  /** Something was erased, and the rest is as the job says. */
  noteStep(job: ErasureJob): void {
    this.#left = leftOf(job);
  }

  /** Nothing more can go by now. */
  noteEnd(job: ErasureJob): void {
    this.hasEnded = this.#left === leftOf(job);
  }
}

function leftOf({ kept, isBlank }: ErasureJob): string {
  return JSON.stringify([kept, isBlank]);
}

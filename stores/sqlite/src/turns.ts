import { setImmediate as nextTurn } from "node:timers/promises";

const TURN_MS = 10;

/** SQLite answers at once: a caller that awaits one read after another would keep timers and requests waiting. */
export class Turns {
  #end = 0;

  /** Lets the event loop have a turn, every few milliseconds. */
  async give(): Promise<void> {
    const now = performance.now();
    if (now < this.#end) return;
    this.#end = now + TURN_MS;
    await nextTurn();
  }
}

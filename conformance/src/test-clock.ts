/** Where every test clock begins. */
export const START = Date.UTC(2026, 0, 1);

/** A clock that stands still until it is moved. */
export class TestClock {
  /** Milliseconds since the epoch. */
  now = START;

  /** Moves on, by milliseconds. */
  advance(milliseconds: number): void {
    this.now += milliseconds;
  }
}

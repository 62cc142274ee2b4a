/** A clock that stands still until it is moved. */
export class TestClock {
  /** Milliseconds since the epoch. */
  now = Date.UTC(2026, 0, 1);

  /** Moves on, by milliseconds. */
  advance(milliseconds: number): void {
    this.now += milliseconds;
  }
}

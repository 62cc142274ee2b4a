/** Work behind the back of those who call: one piece after another, when there is time. */

export class BackgroundWork {
  readonly #waiting = new Map<string, () => Promise<unknown>>();
  #running: Promise<void> | undefined;

  /** Whether work of this name waits to be begun. */
  isWaiting(name: string): boolean {
    return this.#waiting.has(name);
  }

  /**
   * Does something later; in the place of what waits under this name. What fails is forgotten: the next call that gives
   * rise to it notes it again.
   */
  note(name: string, work: () => Promise<unknown>): void {
    this.#waiting.set(name, work);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any longer. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const [name, work] of this.#waiting) {
      this.#waiting.delete(name);
      await work().catch(() => undefined);
    }
    this.#running = undefined;
  }
}

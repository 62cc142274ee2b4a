/** Several writing processes, which are told what to write, and what they were told. */
import { type HistoryEvent, ToldHistory } from "./write-history.ts";

/** A process that runs `writeAsTold`. */
export interface WriterProgram {
  readonly send: (line: string) => void;
  readonly kill: () => Promise<void>;
  /** Rejects if it ends by itself with an error. */
  readonly ended: Promise<void>;
}

/** Starts a program that says each line to `hear`. */
export type StartWriter = (writer: string, lanes: number, hear: (line: string) => void) => WriterProgram;

class Writer {
  readonly program: WriterProgram;
  told = new ToldHistory();
  isKilled = false;
  /** When it was last acknowledged something, by `performance.now()`. */
  acknowledgedAt = -Infinity;
  /** How often it has said that it is ready or has all answers. */
  #rests = 0;

  constructor(start: StartWriter, name: string, lanes: number) {
    this.program = start(name, lanes, (line) => this.#hear(line));
  }

  /** Waits until it is at rest for the time of this number. */
  async untilRest(count: number): Promise<void> {
    await this.until(() => this.#rests >= count);
  }

  async until(isTrue: () => boolean): Promise<void> {
    let failure: unknown;
    this.program.ended.catch((error: unknown) => {
      failure = error;
    });
    while (!isTrue()) {
      if (failure !== undefined) throw new Error("a writer failed", { cause: failure });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #hear(line: string): void {
    const event = JSON.parse(line) as HistoryEvent | "ready" | "over";
    if (event === "ready" || event === "over") {
      this.#rests += 1;
      return;
    }
    this.told.hear(event);
    if ("acknowledged" in event) this.acknowledgedAt = performance.now();
  }
}

export class WriterFleet {
  readonly #writers: readonly Writer[];
  #histories = 0;

  /** `lanes` has a number for each process: how many entries it has on their way at once. */
  constructor(start: StartWriter, lanes: readonly number[], name = "w") {
    this.#writers = lanes.map((count, index) => new Writer(start, `${name}${index}`, count));
  }

  /** Lets all begin with a history that exists. */
  async begin(history: string): Promise<void> {
    await this.#all((writer) => writer.untilRest(this.#histories + 1));
    for (const writer of this.#writers) {
      writer.told = new ToldHistory();
      writer.program.send(history);
    }
  }

  /** Waits until each was acknowledged something after a time; answers how long that took for the slowest. */
  async untilAcknowledged(since: number): Promise<number> {
    await this.#all((writer) => writer.until(() => writer.acknowledgedAt > since));
    const times = this.#writers.filter(({ isKilled }) => !isKilled).map((writer) => writer.acknowledgedAt);
    return Math.max(...times) - since;
  }

  /** Lets all finish what they began; answers what they were told in sum. */
  async end(): Promise<ToldHistory> {
    this.#histories += 1;
    for (const { program } of this.#writers) program.send("");
    await this.#all((writer) => writer.untilRest(this.#histories + 1));
    return this.told();
  }

  /** What they were told of the last history, in sum. */
  told(): ToldHistory {
    const sum = new ToldHistory();
    for (const { told } of this.#writers) {
      for (const [id, place] of told.acknowledged) sum.acknowledged.set(id, place);
      for (const id of told.refused) sum.refused.add(id);
      for (const id of told.pending) sum.pending.add(id);
    }
    return sum;
  }

  /** Kills those processes, by default all. Those that are killed are waited for no more. */
  async kill(count: number = this.#writers.length): Promise<void> {
    const killed = this.#writers.filter(({ isKilled }) => !isKilled).slice(0, count);
    for (const writer of killed) writer.isKilled = true;
    await Promise.allSettled(killed.map(({ program }) => program.kill()));
  }

  async #all(work: (writer: Writer) => Promise<void>): Promise<void> {
    await Promise.all(this.#writers.filter(({ isKilled }) => !isKilled).map(work));
  }
}

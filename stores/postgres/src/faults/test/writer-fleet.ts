/** Several writing processes, which are told what to write, and what they were told. */
import { join } from "node:path";
import { type HistoryEvent, ToldHistory } from "@throughline/conformance";
import { type TestProgram, startProgram } from "@throughline/test-servers";

const program = join(import.meta.dirname, "history-writer.ts");

class Writer {
  readonly program: TestProgram;
  told = new ToldHistory();
  /** When it was last acknowledged something, by `performance.now()`. */
  acknowledgedAt = -Infinity;
  /** How often it has said that it is ready or has all answers. */
  #rests = 0;

  constructor(url: string, schema: string, name: string, lanes: number) {
    this.program = startProgram(program, [url, schema, name, String(lanes)], (line) => this.#hear(line));
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
  constructor(url: string, schema: string, lanes: readonly number[]) {
    this.#writers = lanes.map((count, index) => new Writer(url, schema, `w${index}`, count));
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
    return Math.max(...this.#writers.map(({ acknowledgedAt }) => acknowledgedAt)) - since;
  }

  /** Lets all finish what they began; answers what they were told in sum. */
  async end(): Promise<ToldHistory> {
    this.#histories += 1;
    for (const { program: process } of this.#writers) process.send("");
    await this.#all((writer) => writer.untilRest(this.#histories + 1));
    const sum = new ToldHistory();
    for (const { told } of this.#writers) {
      for (const [id, place] of told.acknowledged) sum.acknowledged.set(id, place);
      for (const id of told.refused) sum.refused.add(id);
      for (const id of told.pending) sum.pending.add(id);
    }
    return sum;
  }

  async kill(): Promise<void> {
    await Promise.allSettled(this.#writers.map(({ program: process }) => process.kill()));
  }

  async #all(work: (writer: Writer) => Promise<void>): Promise<void> {
    await Promise.all(this.#writers.map(work));
  }
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Contestant, OpenSettings, StoreKind } from "./contestant.ts";
import type { Facts } from "./row.ts";
import { runProcess, runProcessesTogether, type ProcessOptions, type ProcessRequest } from "./run-process.ts";
import { shuffle } from "./statistics.ts";

/** A task for a contestant. Jobs with the same label in one table are rounds of the same thing. */
export interface Job {
  readonly label: string;
  readonly contestant: Contestant;
  readonly task: string;
  /** Jobs of one place work on the same files. */
  readonly place: string;
  readonly settings?: Partial<Omit<OpenSettings, "directory">>;
  readonly parameters?: Facts;
  /** How many processes do it together (default 1). */
  readonly processes?: number;
  /** In how many rounds it takes part (default: all; a peer: 3, in a quick run 1). */
  readonly rounds?: number;
}

/** What the rounds gave: for each label, by round, the facts of each process. */
export class Results {
  readonly #facts = new Map<string, (readonly Facts[] | undefined)[]>();
  readonly #failures = new Map<string, string>();

  add(label: string, round: number, facts: readonly Facts[]): void {
    const list = this.#facts.get(label) ?? [];
    list[round] = facts;
    this.#facts.set(label, list);
  }

  fail(label: string, message: string): void {
    this.#failures.set(label, message);
  }

  failure(label: string): string | undefined {
    return this.#failures.get(label);
  }

  /** One value a round, at the round's place; undefined where the job did not take part or failed. */
  values(label: string, value: (facts: readonly Facts[]) => number): (number | undefined)[] {
    if (this.#failures.has(label)) return [];
    return Array.from(this.#facts.get(label) ?? [], (facts) =>
      facts === undefined ? undefined : value(facts),
    );
  }
}

/** How a whole run is made. */
export interface BenchSettings {
  /** The repository. */
  readonly root: string;
  readonly rounds: number;
  readonly quick: boolean;
  /** How long the rounds of one row may take. */
  readonly rowLimitMs: number;
  readonly directory: string;
  readonly contestants: readonly Contestant[];
  readonly process: ProcessOptions;
  readonly log: (line: string) => void;
}

/** What a row works with: it prepares places, runs jobs in shuffled rounds and gets their results. */
export class Bench {
  readonly settings: BenchSettings;
  readonly #row: number;
  readonly #failures = new Map<string, string>();
  readonly #servers: string[] = [];
  #roundsMade: number | undefined;

  constructor(row: number, settings: BenchSettings) {
    this.#row = row;
    this.settings = settings;
  }

  get quick(): boolean {
    return this.settings.quick;
  }

  /** The contestants on this kind of store that take part in this row, or those of one role. */
  contestants(role?: Contestant["role"], on: StoreKind = "file"): readonly Contestant[] {
    return this.settings.contestants.filter(
      ({ on: store, role: part, rows }) =>
        store === on && (role === undefined || part === role) && rows?.includes(this.#row) !== false,
    );
  }

  /** Runs a task once, outside the rounds; undefined when it failed, which is then told in the report. */
  async prepare(job: Omit<Job, "label">): Promise<Facts | undefined> {
    this.settings.log(`  preparing ${job.contestant.name}`);
    try {
      return await runProcess(await this.#request(job), this.settings.process);
    } catch (error) {
      this.fail(job.contestant.name, describeError(error));
      return undefined;
    }
  }

  /**
   * Runs all jobs round by round, shuffled in each; a job that fails is left out of the later rounds. After three
   * rounds (one in a quick run) no further is begun once the row's time is over: a run must end on a slow machine too.
   */
  async measure(jobs: readonly Job[]): Promise<Results> {
    const results = new Results();
    if (jobs.length === 0) return results;
    const end = performance.now() + this.settings.rowLimitMs;
    const least = this.quick ? 1 : 3;
    for (let round = 0; round < this.settings.rounds; round += 1) {
      if (round >= least && performance.now() > end) break;
      this.#roundsMade = round + 1;
      this.settings.log(`  round ${round + 1} of ${this.settings.rounds}`);
      for (const job of shuffle(jobs)) {
        if (results.failure(job.label) !== undefined || round >= this.#roundsOf(job)) continue;
        try {
          const request = await this.#request(job);
          const requests = Array.from({ length: job.processes ?? 1 }, () => request);
          results.add(job.label, round, await runProcessesTogether(requests, this.settings.process));
        } catch (error) {
          results.fail(job.label, describeError(error));
          this.fail(job.label, describeError(error));
        }
      }
    }
    return results;
  }

  /** Tells of something that could not be measured. */
  fail(what: string, message: string): void {
    this.#failures.set(what, message);
    this.settings.log(`  ${what} failed: ${message}`);
  }

  /** Tells on which database server this row is measured. */
  nameServer(description: string): void {
    this.#servers.push(description);
  }

  get servers(): readonly string[] {
    return this.#servers;
  }

  /** How many rounds were made; undefined for a row without rounds. */
  get roundsMade(): number | undefined {
    return this.#roundsMade;
  }

  /** What went wrong: what could not be measured, and why. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  #roundsOf(job: Job): number {
    const peerRounds = this.quick ? 1 : 3;
    const most = job.contestant.role === "peer" ? peerRounds : this.settings.rounds;
    return Math.min(this.settings.rounds, job.rounds ?? most);
  }

  async #request(job: Omit<Job, "label">): Promise<ProcessRequest> {
    const directory = join(
      this.settings.directory,
      `row-${this.#row}`,
      job.contestant.name.replaceAll(" ", "-"),
      job.place,
    );
    await mkdir(directory, { recursive: true });
    return {
      row: this.#row,
      task: job.task,
      contestant: job.contestant.name,
      settings: { durability: "power-loss", grouped: false, ...job.settings, directory },
      parameters: job.parameters ?? {},
    };
  }
}

/** The first line of an error's message. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}

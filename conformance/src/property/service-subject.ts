/** The services above a store under comparison, and what a test knows of it: sessions and messages in the order they came. */
import type { GuardedStore } from "@throughline/core";
import { Throughline, isThroughlineError } from "@throughline/core";
import type { TestClock } from "../test-clock.ts";
import type { ServiceCommand } from "./service-command.ts";

/** What a call did not find is asked for by this name. */
const missing = "nothing-has-this-id";

export class ServiceSubject {
  readonly throughline: Throughline;
  readonly clock: TestClock;
  readonly #sessions: string[] = [];
  readonly #messages = new Map<string, string[]>();
  readonly #memories: string[] = [];
  #ids = 0;

  constructor(store: GuardedStore, clock: TestClock) {
    this.clock = clock;
    // Ids of one length, which sort as they were made.
    const generateId = (): string => `id-${String((this.#ids += 1)).padStart(6, "0")}`;
    this.throughline = new Throughline(store, { tenant: "tenant-a", generateId });
  }

  /** One of the sessions that were made; 0 is one that never was. */
  session(pick: number): string {
    const { length } = this.#sessions;
    return pick === 0 || length === 0 ? missing : (this.#sessions[pick % length] as string);
  }

  /** The id of one of a session's messages; 0 is one that never was. */
  message(session: string, pick: number): string {
    const known = this.#messages.get(session) ?? [];
    return pick === 0 || known.length === 0 ? missing : (known[pick % known.length] as string);
  }

  /** The id of one of the memories that were made; 0 is one that never was. */
  memory(pick: number): string {
    const { length } = this.#memories;
    return pick === 0 || length === 0 ? missing : (this.#memories[pick % length] as string);
  }

  noteMemory(id: string): void {
    if (!this.#memories.includes(id)) this.#memories.push(id);
  }

  noteSession(id: string): void {
    if (!this.#sessions.includes(id)) this.#sessions.push(id);
  }

  noteMessages(session: string, items: readonly { readonly id: string }[]): void {
    const known = this.#messages.get(session) ?? [];
    known.push(...items.map(({ id }) => id).filter((id) => !known.includes(id)));
    this.#messages.set(session, known);
  }

  /** What a command answers, or the code and reason it is refused with, in words that JSON has. */
  async run(command: ServiceCommand): Promise<unknown> {
    // Each command has a time of its own.
    this.clock.advance(1_000);
    try {
      const answer = plain({ answer: (await command.run(this)) ?? null });
      // Otherwise it happens when it happens: before a deletion, or after it.
      await this.throughline.flushReads();
      return answer;
    } catch (error) {
      if (!isThroughlineError(error)) throw error;
      const { code, reason = "", outcome = "" } = error;
      return { refused: { code, reason, outcome } };
    }
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Records what hooks have kept. */
import { stat } from "node:fs/promises";
import { isThroughlineError } from "@throughline/core";
import { importSources, importerNamed } from "@throughline/importers";
import { maskSecretsIn } from "../mask-secrets.ts";
import { projectsOfFolders } from "../workspace/projects-of-folders.ts";
import { recordEvent } from "./record-event.ts";
import type { Spool, SpooledEvent } from "./spool.ts";
import type { Destination, SpoolStores } from "./spool-stores.ts";

export interface Drained {
  readonly recorded: number;
  readonly rejected: number;
  /** Events that wait for a store. */
  readonly waiting: number;
  /** Why they wait. */
  readonly trouble?: string;
  /** How long the settings say to wait for more, in seconds. */
  readonly lingerSeconds: number;
}

/** An event whose session's transcript is imported after what else happened. */
interface Pause {
  readonly name: string;
  readonly event: SpooledEvent;
  readonly destination: Destination;
}

/**
 * Records the events that wait, oldest first, and takes each away when it is durable. Whoever is killed in between, or does
 * this beside another, records nothing twice: an event has its operation id. One that a store refuses is set aside; one
 * whose store can't be reached waits, and others are recorded.
 */
export async function drainSpool(spool: Spool, stores: SpoolStores): Promise<Drained> {
  const drain = new Drain(spool, stores);
  for (const name of spool.list()) await drain.take(name);
  await drain.importTranscripts();
  const result = drain.result();
  if (result.trouble !== undefined || spool.list().length === 0) spool.setTrouble(result.trouble);
  return result;
}

class Drain {
  readonly #spool: Spool;
  readonly #stores: SpoolStores;
  /** Destinations that failed: nobody waits for them again and again. */
  readonly #failed = new Map<string, string>();
  readonly #pauses = new Map<string, Pause[]>();
  #recorded = 0;
  #rejected = 0;
  #waiting = 0;
  #trouble: string | undefined;
  #lingerSeconds = 0;

  constructor(spool: Spool, stores: SpoolStores) {
    this.#spool = spool;
    this.#stores = stores;
  }

  /** Whatever is wrong with one, or with the folder, those behind it are recorded. */
  async take(name: string): Promise<void> {
    try {
      const event = this.#spool.read(name);
      if (event === undefined) return;
      const destination = await this.#stores.find(event);
      if (destination === undefined) return;
      this.#lingerSeconds = destination.settings.hookLingerSeconds;
      await this.#record({ name, event, destination });
    } catch (error) {
      this.#wait(messageOf(error));
    }
  }

  async #record(taken: Pause): Promise<void> {
    const { name, event, destination } = taken;
    const before = this.#failed.get(destination.name);
    if (before !== undefined) return this.#wait(before);
    try {
      const isThere = await recordEvent(await this.#open(destination), event);
      if (isThere && destination.settings.hookImportTranscripts && event.event.transcript !== undefined) {
        const key = JSON.stringify([destination.name, event.user, event.event.tool, event.event.transcript]);
        this.#pauses.set(key, [...(this.#pauses.get(key) ?? []), taken]);
        return;
      }
    } catch (error) {
      if (mayPass(error)) return this.#fail(destination, error);
      // What was deleted meanwhile is no trouble.
      if (!isGone(error)) {
        this.#spool.reject(JSON.stringify(event), messageOf(error));
        this.#rejected += 1;
        return this.#spool.remove(name);
      }
    }
    this.#finish(name);
  }

  /** What a conversation said since is there at once, where the tool's own file has it. */
  async importTranscripts(): Promise<void> {
    for (const pauses of this.#pauses.values()) {
      const [{ destination, event }] = pauses as [Pause];
      const { tool, transcript = "" } = event.event;
      const importer = importerNamed(tool);
      try {
        const isFile = await stat(transcript).then(
          (found) => found.isFile(),
          () => false,
        );
        if (isFile && importer !== undefined) {
          const throughline = await this.#open(destination);
          const projectOf = projectsOfFolders(throughline);
          const user = event.user === undefined ? {} : { user: event.user };
          await importSources(throughline, [transcript], { importer, projectOf, ...user });
        }
        for (const { name } of pauses) this.#finish(name);
      } catch (error) {
        for (const _ of pauses) this.#fail(destination, error);
      }
    }
  }

  result(): Drained {
    return {
      recorded: this.#recorded,
      rejected: this.#rejected,
      waiting: this.#waiting,
      ...(this.#trouble === undefined ? undefined : { trouble: this.#trouble }),
      lingerSeconds: this.#lingerSeconds,
    };
  }

  async #open(destination: Destination) {
    try {
      return await destination.open();
    } catch (error) {
      throw new OpeningError(messageOf(error), { cause: error });
    }
  }

  #finish(name: string): void {
    this.#spool.remove(name);
    this.#recorded += 1;
  }

  #fail(destination: Destination, error: unknown): void {
    const message = messageOf(error);
    this.#failed.set(destination.name, message);
    this.#wait(message);
  }

  #wait(message: string): void {
    this.#waiting += 1;
    this.#trouble = message;
  }
}

/** Whatever keeps a store from opening is no fault of the event. */
class OpeningError extends Error {}

const lasting: ReadonlySet<string> = new Set(["invalid", "too_large", "not_found"]);

/** Whether the store may take the event another time. What nobody expected would stand in the way of all others. */
function mayPass(error: unknown): boolean {
  return error instanceof OpeningError || (isThroughlineError(error) && !lasting.has(error.code));
}

function isGone(error: unknown): boolean {
  return isThroughlineError(error) && error.code === "not_found";
}

function messageOf(error: unknown): string {
  return maskSecretsIn(error instanceof Error ? error.message : String(error));
}

/**
 * Brings what the log says into the collections, in the background: every document is written where an older one or none
 * is. It may be done in any order, any number of times, by any process, also by one that was asleep meanwhile.
 */
import type { Database } from "./database.ts";
import { emptyLog } from "./empty-log.ts";
import type { LogDocument } from "./log-document.ts";
import { MARKS } from "./log-document.ts";
import type { StoredDocument } from "./row-document.ts";
import { isRemovedSession } from "./session-log.ts";
import { stripSlots } from "./strip-slots.ts";
import type { TenantLog } from "./tenant-log.ts";

/** Documents of the log that are applied together: a record that they write several times is written once. */
const AT_ONCE = 64;
/** Documents of a collection in one command. */
const WRITES_AT_ONCE = 1_000;
/** While others write too, whoever wakes first applies for all. */
const COMPANY_WAIT_MS = 100;
const RETRY_MS = 1_000;

/** When things are done in the background. */
export interface Pace {
  /** How long another process has to apply its own document. Default: 1,000 ms. */
  readonly foreignAfterMs: number;
  /** How long after a commit was applied its images stay in the log. Default: 5,000 ms. */
  readonly stripAfterMs: number;
}

export class Applier {
  readonly #database: Database;
  readonly #log: TenantLog;
  readonly #pace: Pace;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stripTimer: NodeJS.Timeout | undefined;
  #applied: { readonly document: LogDocument; readonly at: number }[] = [];
  #isClosed = false;

  constructor(database: Database, log: TenantLog, pace: Pace) {
    this.#database = database;
    this.#log = log;
    this.#pace = pace;
  }

  /** Whether nothing is being applied, and nothing waits to be stripped. */
  get isIdle(): boolean {
    return this.#running === undefined && this.#applied.length === 0;
  }

  /** This process wrote: its documents are applied at once, or a little later if it is not alone. */
  schedule(): void {
    if (!this.#log.hasCompany) void this.#start();
    else this.#wake(Math.random() * COMPANY_WAIT_MS);
  }

  /** Another process wrote, and will apply it; if it does not, this one will. */
  scheduleForeign(): void {
    this.#wake(this.#pace.foreignAfterMs);
  }

  /** Applies all that is known. It fails if the database does. */
  async catchUp(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#apply();
  }

  /** Waits for what is being applied, and leaves the rest to whoever opens the database next. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#stripTimer);
    while (this.#running !== undefined) await this.#running;
  }

  #wake(afterMs: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#log.tailLength > 0) void this.#start();
    }, afterMs);
    this.#timer.unref();
  }

  /** Applies in the background; a failure is tried again later, by this process or another. */
  #start(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#running ??= this.#apply()
      .catch(() => this.#wake(RETRY_MS))
      .finally(() => {
        this.#running = undefined;
        // What came in the meantime, and found this one running.
        if (this.#log.tailLength > 0) this.#wake(0);
      });
    return this.#running;
  }

  async #apply(): Promise<void> {
    while (this.#log.tailLength > 0) {
      // Others may have applied it. One that slept for long must not trust what it knew.
      if (this.#log.hasCompany || !this.#log.isFresh) await this.#log.readMark();
      const documents = this.#log.unapplied(AT_ONCE);
      const last = documents.at(-1);
      if (last === undefined) return;
      await this.#write(documents);
      const { slot, position } = last;
      await this.#database.upsert(MARKS, this.#log.tenant, { $max: { slot, position } });
      this.#log.moveMark({ slot, position });
      this.#stripLater(documents);
    }
  }

  /** Before the mark moves: from then on readers take what they find. */
  async #write(documents: readonly LogDocument[]): Promise<void> {
    const latest = new Map<string, Map<string, StoredDocument>>();
    for (const { images = [] } of documents) {
      for (const { c, d } of images) {
        const inCollection = latest.get(c);
        if (inCollection === undefined) latest.set(c, new Map([[d._id, d]]));
        else inCollection.set(d._id, d);
      }
    }
    await Promise.all(
      [...latest].map(async ([collection, byId]) => {
        const all = [...byId.values()];
        for (let from = 0; from < all.length; from += WRITES_AT_ONCE) {
          await this.#writeSome(collection, all.slice(from, from + WRITES_AT_ONCE));
        }
      }),
    );
    // Only now: what is not written yet would be written afterwards.
    for (const [collection, byId] of latest) {
      for (const document of byId.values()) {
        if (isRemovedSession(collection, document)) await emptyLog(this.#database, document);
      }
    }
  }

  /** Most records are new: to add them is cheaper than to look for older ones first. */
  async #writeSome(collection: string, documents: readonly StoredDocument[]): Promise<void> {
    const fresh = documents.filter(isNew);
    const there = fresh.length === 0 ? [] : await this.#database.insertNew(collection, fresh);
    const older = [...documents.filter((document) => !isNew(document)), ...there];
    if (older.length > 0) await this.#database.replaceOlder(collection, older);
  }

  /** Readers that began before the mark moved still need the images for a while. */
  #stripLater(documents: readonly LogDocument[]): void {
    const at = performance.now();
    for (const { images: _, ...document } of documents) this.#applied.push({ document, at });
    if (this.#isClosed || this.#stripTimer !== undefined) return;
    this.#stripTimer = setTimeout(() => void this.#strip(), this.#pace.stripAfterMs);
    this.#stripTimer.unref();
  }

  async #strip(): Promise<void> {
    const until = performance.now() - this.#pace.stripAfterMs;
    const due = this.#applied.filter(({ at }) => at <= until);
    this.#applied = this.#applied.filter(({ at }) => at > until);
    try {
      await stripSlots(
        this.#database,
        due.map(({ document }) => document),
      );
    } catch {
      // Whoever opens the database next, or prunes it, does it.
    }
    this.#stripTimer = undefined;
    const [next] = this.#applied;
    if (next === undefined || this.#isClosed) return;
    this.#stripTimer = setTimeout(() => void this.#strip(), Math.max(50, next.at - until));
    this.#stripTimer.unref();
  }
}

/** Whether no older document is to be expected: a record of revision 1, or what an operation answered. */
function isNew(document: StoredDocument): boolean {
  return "fingerprint" in document || ("revision" in document && document.revision === 1);
}

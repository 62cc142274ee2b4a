import { type FeedEntry, type GuardedStore, formatFeedCursor, parseFeedCursor } from "@throughline/core";
import { changeBlock } from "./event-blocks.ts";

/** Who is told what the follower finds. */
export interface FeedListener {
  /** An entry, and how to get its event: made once for all who want it. */
  take(entry: FeedEntry, block: () => Uint8Array): void;
  /** The past is gone; what follows comes after this place. */
  startOver(cursor: string): void;
}

export interface FollowerOptions {
  /** How often the feed is looked at for what other processes wrote, in milliseconds. */
  readonly pollMs: number;
  /** Told how old an entry was when it was found, in milliseconds. */
  onEntry(ageMs: number): void;
  /** Told of a look at the feed that failed; the next one may not. */
  onFailure(error: unknown): void;
}

const PAGE = 500;

/** Follows the feed of one tenant for all who listen. It begins where the feed ends, and stops with `stop`. */
export class FeedFollower {
  readonly #store: GuardedStore;
  readonly #tenant: string;
  readonly #options: FollowerOptions;
  readonly #listeners = new Set<FeedListener>();
  #place: { readonly cursor: string; readonly incarnation: string; readonly position: number } | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isFailing = false;

  constructor(store: GuardedStore, tenant: string, options: FollowerOptions) {
    this.#store = store;
    this.#tenant = tenant;
    this.#options = options;
  }

  /** Everything up to here was told. Known after the first `refresh`. */
  get place(): { readonly cursor: string; readonly position: number } {
    return this.#place ?? { cursor: "", position: 0 };
  }

  add(listener: FeedListener): void {
    this.#listeners.add(listener);
    this.#schedule();
  }

  remove(listener: FeedListener): void {
    this.#listeners.delete(listener);
  }

  /** Looks at the feed soon. */
  wake(): void {
    // Not in the turn of the commit that wakes it: that one's caller comes first.
    setImmediate(() => {
      if (!this.#isStopped) this.refresh().catch((error: unknown) => this.#fail(error));
    });
  }

  /** Reads on to the end. What was committed before the call has been told when it resolves. */
  refresh(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    // What runs may have begun before the commit that is asked about.
    const follow = (): Promise<void> => this.#begin();
    this.#next = this.#running.then(follow, follow);
    return this.#next;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#running = this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #read(): Promise<void> {
    if (this.#place === undefined) {
      this.#setPlace(await endOfFeed(this.#store, this.#tenant));
      return;
    }
    let more = true;
    while (more && !this.#isStopped) {
      const since = this.#place.cursor;
      const page = await this.#store.changes({ tenant: this.#tenant, since, limit: PAGE });
      this.#isFailing = false;
      // What is told and how far it was told change in one turn: whoever joins sees both.
      this.#setPlace(page.cursor);
      if (page.startOver) for (const listener of this.#listeners) listener.startOver(page.cursor);
      for (const entry of page.entries) this.#tell(entry);
      more = page.more;
    }
  }

  #tell(entry: FeedEntry): void {
    this.#options.onEntry(this.#store.now() - entry.at);
    let made: Uint8Array | undefined;
    const incarnation = this.#place?.incarnation ?? "";
    const block = (): Uint8Array => (made ??= changeBlock(entry, incarnation));
    for (const listener of this.#listeners) listener.take(entry, block);
  }

  #setPlace(cursor: string): void {
    this.#place = { cursor, ...parseFeedCursor(cursor) };
  }

  #fail(error: unknown): void {
    // Once: a store that is down is looked at every second.
    if (this.#isStopped || this.#isFailing) return;
    this.#isFailing = true;
    this.#options.onFailure(error);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.refresh()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#timer = undefined;
          if (this.#listeners.size > 0) this.#schedule();
        });
    }, this.#options.pollMs);
    // A stream is no reason for a process to stay.
    this.#timer.unref();
  }
}

/** The place after the last entry. */
async function endOfFeed(store: GuardedStore, tenant: string): Promise<string> {
  const { cursor } = await store.changes({ tenant, limit: 1 });
  const { incarnation } = parseFeedCursor(cursor);
  const { position } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "sessions", keys: [["none"]] }],
  });
  return formatFeedCursor({ incarnation, position });
}

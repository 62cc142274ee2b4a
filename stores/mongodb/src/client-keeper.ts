/** Keeps a client of the driver that hears of its server, and replaces one that has stopped to. */
import type { Db, MongoClient, TopologyDescription } from "mongodb";

/** A client that was made, and its database. */
export interface MadeClient {
  readonly client: MongoClient;
  readonly db: Db;
}

/** While the driver knows of no server it asks every half second. After so long another client tries as well. */
const SILENT_MS = 1_500;

/**
 * The driver's watch over a server can stop for ever: where a connection is closed just when the watch writes to it, it
 * waits for that connection's buffer to drain (`writeCommand` of mongodb 7.9), and the server stays unknown although it is
 * back. So when no server is known for a while, a fresh client is connected, and takes the place of the old one if it has
 * found a server by then and the old one has not.
 */
export class ClientKeeper {
  readonly #make: () => MadeClient;
  #current: MadeClient;
  /** One that is being connected, to take the place of the current one. */
  #next: MadeClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #replacing: Promise<void> | undefined;
  #isKnown = true;
  #isClosed = false;

  /** `make` makes a client that is not connected yet; `first` is one that is. */
  constructor(make: () => MadeClient, first: MadeClient) {
    this.#make = make;
    this.#current = first;
    this.#watch(first);
  }

  /** The database, by the client that is to be used now. */
  get db(): Db {
    return this.#current.db;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#current.client.close(), this.#next?.client.close()]);
  }

  #watch(watched: MadeClient): void {
    watched.client.on("topologyDescriptionChanged", ({ newDescription }) => {
      if (watched === this.#current) this.#note(hasServer(newDescription));
    });
  }

  #note(isKnown: boolean): void {
    this.#isKnown = isKnown;
    if (isKnown) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else this.#wait();
  }

  #wait(): void {
    if (this.#isClosed || this.#timer !== undefined || this.#replacing !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#replacing = this.#replace().finally(() => {
        this.#replacing = undefined;
        if (!this.#isKnown) this.#wait();
      });
    }, SILENT_MS);
    this.#timer.unref();
  }

  /** Closes the client that is not needed: the new one, or the old one. What waits for the old one then fails at once. */
  async #replace(): Promise<void> {
    const next = this.#make();
    this.#next = next;
    let unneeded = next;
    try {
      await next.client.connect();
      if (!this.#isClosed && !this.#isKnown) {
        unneeded = this.#current;
        this.#current = next;
        this.#isKnown = true;
        this.#watch(next);
      }
    } catch {
      // No server was found: the old client goes on looking, too.
    }
    this.#next = undefined;
    await unneeded.client.close().catch(() => undefined);
  }
}

function hasServer({ servers }: TopologyDescription): boolean {
  return [...servers.values()].some(({ type }) => type !== "Unknown");
}

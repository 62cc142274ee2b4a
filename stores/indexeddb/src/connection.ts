/** A connection to one database of the browser, which lets newer tabs upgrade it and comes back afterwards. */
import { type Kind, ThroughlineError, newId } from "@throughline/core";
import { answerOf, endOf } from "./requests.ts";

/**
 * What object stores hold, and how. A newer layout is refused. 2: references to blobs are kept, so a program that keeps
 * none must not write any more.
 */
const LAYOUT = 2;

/** Object stores that are no kinds, with the index that pruning goes by. */
const ownStores = new Map([
  ["feed", undefined],
  ["operations", "at"],
  ["removed_keys", "at"],
  ["tenants", undefined],
  ["store_info", undefined],
]);

export interface StoreInfo {
  readonly layout: number;
  readonly incarnation: string;
  /** Set while large values from before the second layout have no references yet. */
  readonly unreferenced?: true;
}

export class Connection {
  readonly #name: string;
  readonly #kinds: readonly Kind[];
  readonly #upgradeTimeoutMs: number;
  #opening: Promise<IDBDatabase> | undefined;

  constructor(name: string, kinds: readonly Kind[], upgradeTimeoutMs: number) {
    this.#name = name;
    this.#kinds = kinds;
    this.#upgradeTimeoutMs = upgradeTimeoutMs;
  }

  /** The open database. It is opened anew if the browser or a newer tab has closed it meanwhile. */
  open(): Promise<IDBDatabase> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    (await opening)?.close();
  }

  async #connect(): Promise<IDBDatabase> {
    let database = await this.#request();
    try {
      const layout = await this.#checkLayout(database);
      while (this.#missingStores(database).length > 0) {
        const next = database.version + 1;
        database.close();
        database = await this.#request(next);
      }
      if (layout < LAYOUT) await raiseLayout(database);
    } catch (error) {
      database.close();
      throw error;
    }
    const forget = (): void => {
      this.#opening = undefined;
    };
    database.addEventListener("close", forget);
    database.addEventListener("versionchange", () => {
      // Whoever keeps a connection open keeps every other tab from upgrading. Transactions under way end first.
      database.close();
      forget();
    });
    return database;
  }

  /** Opens one version; without a number the one that is there, or the first. */
  #request(version?: number): Promise<IDBDatabase> {
    const request = indexedDB.open(this.#name, version);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      let gaveUp = false;
      request.addEventListener("upgradeneeded", () => this.#upgrade(request.result));
      request.addEventListener("blocked", () => {
        timer = setTimeout(() => {
          gaveUp = true;
          reject(blocked());
        }, this.#upgradeTimeoutMs);
      });
      request.addEventListener("success", () => {
        clearTimeout(timer);
        // A connection that nobody waits for any more would block others in turn.
        if (gaveUp) request.result.close();
        else resolve(request.result);
      });
      request.addEventListener("error", () => {
        clearTimeout(timer);
        // Another tab was faster: its version is there now.
        if (request.error?.name === "VersionError") resolve(this.#request());
        else reject(request.error ?? new Error("The database can't be opened."));
      });
    });
  }

  #upgrade(database: IDBDatabase): void {
    for (const name of this.#missingStores(database)) {
      const store = database.createObjectStore(name);
      const index = ownStores.get(name);
      if (index !== undefined) store.createIndex(index, index);
      const kind = this.#kinds.find((candidate) => candidate.name === name);
      if (kind !== undefined)
        for (const [path, unique] of indexesOf(kind)) store.createIndex(path, path, { unique });
      if (name === "store_info")
        store.put({ layout: LAYOUT, incarnation: newId() } satisfies StoreInfo, "store");
    }
  }

  #missingStores(database: IDBDatabase): string[] {
    const names = [...ownStores.keys(), ...this.#kinds.map((kind) => kind.name)];
    return names.filter((name) => !database.objectStoreNames.contains(name));
  }

  /** Answers the layout; refuses what an upgrade would not understand, before anything is changed. */
  async #checkLayout(database: IDBDatabase): Promise<number> {
    const names = [...database.objectStoreNames];
    if (!names.includes("store_info")) {
      throw refused("not_a_throughline_database", "This database belongs to another program.");
    }
    const transaction = database.transaction(names, "readonly");
    const { layout } = await answerOf<StoreInfo>(transaction.objectStore("store_info").get("store"));
    if (layout > LAYOUT)
      throw refused("newer_schema", "A newer release has written this database. Reload the page.");
    for (const kind of this.#kinds.filter(({ name }) => names.includes(name))) {
      const there = transaction.objectStore(kind.name).indexNames;
      if (![...indexesOf(kind).keys()].every((path) => there.contains(path))) {
        throw refused("kind_changed", `The object store ${kind.name} was made for another kind.`);
      }
    }
    return layout;
  }
}

/** Fields that an older layout does not have are empty when they are read. Who refers to its large values is found out next. */
async function raiseLayout(database: IDBDatabase): Promise<void> {
  const transaction = database.transaction("store_info", "readwrite");
  const info = transaction.objectStore("store_info");
  const stored = await answerOf<StoreInfo>(info.get("store"));
  if (stored.layout < LAYOUT)
    info.put({ ...stored, layout: LAYOUT, unreferenced: true } satisfies StoreInfo, "store");
  await endOf(transaction);
}

/** The indexes of a kind by their path in what is stored, and whether a key is there once at most. */
function indexesOf(kind: Kind): ReadonlyMap<string, boolean> {
  return new Map([
    ...Object.keys(kind.shapes).map((shape): [string, boolean] => [`shapes.${shape}`, false]),
    ...Object.keys(kind.unique).map((unique): [string, boolean] => [`unique.${unique}`, true]),
  ]);
}

function refused(reason: string, message: string): ThroughlineError {
  return new ThroughlineError("unavailable", message, { reason, outcome: "refused" });
}

function blocked(): ThroughlineError {
  return new ThroughlineError(
    "unavailable",
    "Another tab keeps an older version of this database open. Close it.",
    {
      reason: "locked",
      outcome: "refused",
      retryable: true,
    },
  );
}

/** The calls that the store makes to MongoDB: few and plain, each within its time limit. */
import { ThroughlineError } from "@throughline/core";
import type { Document, Filter, IndexDescription } from "mongodb";
import type { ClientKeeper } from "./client-keeper.ts";
import type { StoredDocument } from "./row-document.ts";
import { failedIndexes, isDuplicateKey, isOnlyDuplicateKeys, toStoreError } from "./mongo-error.ts";

/** Stands around every call: tests stop a store here, as a process that is killed would stop. */
export type Intercept = <Result>(call: string, run: () => Promise<Result>) => Promise<Result>;

export interface Identified {
  readonly _id: string;
}

export interface FindOptions {
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly limit?: number;
  /** Fields that are left out, or asked for. */
  readonly projection?: Readonly<Record<string, 0 | 1>>;
}

type Conditions = Readonly<Record<string, unknown>>;

/** The driver's own limits, all in milliseconds. */
interface CallTimeouts {
  readonly selectMs: number;
  readonly poolMs: number;
  readonly connectMs: number;
  readonly queryMs: number;
}

/** How much later than by the driver's limits a call is given up here. */
const GRACE_MS = 2_000;

export class Database {
  readonly #client: ClientKeeper;
  readonly #intercept: Intercept;
  readonly #limit: { readonly maxTimeMS: number };
  readonly #callMs: number;

  constructor(client: ClientKeeper, intercept: Intercept, timeouts: CallTimeouts) {
    const { selectMs, poolMs, connectMs, queryMs } = timeouts;
    this.#client = client;
    this.#intercept = intercept;
    this.#limit = { maxTimeMS: queryMs };
    this.#callMs = selectMs + poolMs + connectMs + queryMs + GRACE_MS;
  }

  async find<Found extends Identified>(
    collection: string,
    conditions: Conditions,
    options: FindOptions = {},
  ): Promise<Found[]> {
    return this.#run(`find ${collection}`, () =>
      this.#collection<Found>(collection)
        .find(conditions as Filter<Found>, { ...this.#limit, ...options })
        .toArray(),
    ) as unknown as Promise<Found[]>;
  }

  async findOne<Found extends Identified>(collection: string, id: string): Promise<Found | undefined> {
    const [found] = await this.find<Found>(collection, { _id: id }, { limit: 1 });
    return found;
  }

  async count(collection: string, conditions: Conditions): Promise<number> {
    return this.#run(`count ${collection}`, () =>
      this.#collection(collection).countDocuments(conditions, this.#limit),
    );
  }

  /** Adds a document; an error is thrown as the driver gives it: only the caller knows what it leaves in doubt. */
  async insert(collection: string, document: Identified): Promise<void> {
    await this.#intercept(`insert ${collection}`, () =>
      this.#inTime(() => this.#collection(collection).insertOne(document as Document & Identified)),
    );
  }

  /** Adds a document that nobody else writes; there already is fine. */
  async insertOwn(collection: string, document: Identified): Promise<void> {
    await this.#run(`insert ${collection}`, () =>
      orOnly(isDuplicateKey, this.#collection(collection).insertOne(document)),
    );
  }

  /** Adds documents, each unless its id is there; answers those whose id is. */
  async insertNew<Stored extends StoredDocument>(
    collection: string,
    documents: readonly Stored[],
  ): Promise<readonly Stored[]> {
    return this.#run(`insert ${collection}`, async () => {
      try {
        await this.#collection(collection).insertMany([...documents], { ordered: false });
        return [];
      } catch (error) {
        if (!isOnlyDuplicateKeys(error)) throw error;
        const there = failedIndexes(error);
        return documents.filter((_, index) => there.has(index));
      }
    });
  }

  /** Puts each document in the place of one that a lower slot wrote, or where none is. One from a higher slot stays. */
  async replaceOlder(collection: string, documents: readonly StoredDocument[]): Promise<void> {
    const operations = documents.map((document) => ({
      replaceOne: {
        filter: { _id: document._id, p: { $lt: document.p } },
        replacement: document,
        upsert: true,
      },
    }));
    await this.#run(`replace ${collection}`, () =>
      orOnly(isOnlyDuplicateKeys, this.#collection(collection).bulkWrite(operations, { ordered: false })),
    );
  }

  /** Changes one document, which is made where none is. */
  async upsert(collection: string, id: string, changes: Conditions): Promise<void> {
    await this.#run(`upsert ${collection}`, () =>
      // Two that make the same document at once: one of them finds it when it tries again.
      this.#collection(collection)
        .updateOne({ _id: id }, changes, { upsert: true })
        .catch((error: unknown) => {
          if (!isDuplicateKey(error)) throw error;
          return this.#collection(collection).updateOne({ _id: id }, changes);
        }),
    );
  }

  async updateMany(collection: string, conditions: Conditions, changes: Conditions): Promise<void> {
    await this.#run(`update ${collection}`, () =>
      this.#collection(collection).updateMany(conditions, changes),
    );
  }

  async deleteMany(collection: string, conditions: Conditions): Promise<void> {
    await this.#run(`delete ${collection}`, () => this.#collection(collection).deleteMany(conditions));
  }

  async distinct(collection: string, field: string, conditions: Conditions): Promise<string[]> {
    const values = await this.#run(`distinct ${collection}`, () =>
      this.#collection(collection).distinct(field, conditions, this.#limit),
    );
    return values.map(String);
  }

  /** Values that several documents hold in a field that is a list; some of them, if there are many. */
  async findDoubled(collection: string, field: string): Promise<string[]> {
    const stages = [
      { $match: { [field]: { $exists: true } } },
      { $project: { [field]: 1 } },
      { $unwind: `$${field}` },
      { $group: { _id: `$${field}`, count: { $sum: 1 } } },
      { $match: { count: { $gt: 1 } } },
      { $limit: 100 },
    ];
    const found = await this.#run(`group ${collection}`, () =>
      this.#collection(collection)
        .aggregate(stages, { ...this.#limit, allowDiskUse: true })
        .toArray(),
    );
    return found.map(({ _id }) => String(_id));
  }

  async collectionNames(): Promise<string[]> {
    const found = await this.#run("list collections", () =>
      this.#client.db.listCollections({}, { nameOnly: true }).toArray(),
    );
    return found.map(({ name }) => name);
  }

  async createIndexes(collection: string, indexes: readonly IndexDescription[]): Promise<void> {
    await this.#run(`index ${collection}`, () => this.#collection(collection).createIndexes([...indexes]));
  }

  async serverFacts(): Promise<Document> {
    return this.#run("build info", () => this.#client.db.command({ buildInfo: 1 }));
  }

  async drop(collection: string): Promise<void> {
    await this.#run(`drop ${collection}`, () => this.#collection(collection).drop());
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #collection<Found extends Identified = Document & Identified>(name: string) {
    return this.#client.db.collection<Found>(name);
  }

  /** The driver can wait for ever for a connection that was closed just when it was written to. */
  async #inTime<Result>(run: () => Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noAnswer()), this.#callMs);
    });
    try {
      return await Promise.race([run(), limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #run<Result>(call: string, run: () => Promise<Result>): Promise<Result> {
    return this.#intercept(call, async () => {
      try {
        return await this.#inTime(run);
      } catch (error) {
        throw toStoreError(error);
      }
    });
  }
}

function noAnswer(): ThroughlineError {
  return new ThroughlineError("unavailable", "MongoDB did not answer within the time limit.", {
    reason: "timeout",
    outcome: "unknown",
    retryable: true,
  });
}

/** Waits for a write, and takes one kind of failure as success. */
async function orOnly(isFine: (error: unknown) => boolean, write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isFine(error)) throw error;
  }
}

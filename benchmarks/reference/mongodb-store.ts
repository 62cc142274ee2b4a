import type { Collection, MongoClient } from "mongodb";
import type { BenchmarkMessage } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";
import { prepareMessage, type PreparedMessage, type ReferenceMessage } from "./reference-message.ts";

interface SessionDocument {
  readonly _id: string;
  readonly user: string;
  readonly title: string;
  readonly messageCount: number;
  readonly tokenCount: number;
  readonly lastSeq: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastActivity: number;
}

interface MessageDocument extends PreparedMessage {
  readonly _id: string;
  readonly session: string;
  readonly seq: number;
  readonly createdAt: number;
}

const duplicateKey = 11000;
const largestBatch = 1000;

/**
 * The least that is careful by hand and without a transaction: the session's document gives the position and counts,
 * the message is inserted under its id, which makes a repeat fail. A process that dies between the two leaves counts
 * that are too high: that is what this price does not buy.
 */
export class MongodbReferenceStore {
  readonly #client: MongoClient;
  readonly #sessions: Collection<SessionDocument>;
  readonly #messages: Collection<MessageDocument>;

  private constructor(client: MongoClient) {
    const database = client.db("reference");
    this.#client = client;
    this.#sessions = database.collection("sessions");
    this.#messages = database.collection("messages");
  }

  static async open(url: string): Promise<MongodbReferenceStore> {
    const { MongoClient: ClientClass } = await import("mongodb");
    const client = new ClientClass(url, {
      writeConcern: { w: "majority", journal: true },
      readConcern: { level: "majority" },
    });
    await client.connect();
    const store = new MongodbReferenceStore(client);
    await store.#messages.createIndex({ session: 1, seq: 1 }, { unique: true }, {});
    await store.#sessions.createIndex({ user: 1, lastActivity: 1 }, {}, {});
    return store;
  }

  async createSession(title: string): Promise<string> {
    const id = makeId();
    const now = Date.now();
    await this.#sessions.insertOne({
      _id: id,
      user: "local",
      title,
      messageCount: 0,
      tokenCount: 0,
      lastSeq: 0,
      createdAt: now,
      updatedAt: now,
      lastActivity: now,
    });
    return id;
  }

  async append(session: string, messages: readonly BenchmarkMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += largestBatch) {
      await this.#appendBatch(session, messages.slice(start, start + largestBatch).map(prepareMessage));
    }
  }

  async readLast(session: string, count: number): Promise<ReferenceMessage[]> {
    const documents = await this.#messages.find({ session }).sort({ seq: -1 }).limit(count).toArray();
    return documents.map(toMessage).toReversed();
  }

  async countMessages(session: string): Promise<number> {
    return (await this.#sessions.findOne({ _id: session }))?.messageCount ?? Number.NaN;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #appendBatch(session: string, messages: readonly PreparedMessage[]): Promise<void> {
    const now = Date.now();
    const touched = await this.#touch(session, messages, 1, now);
    const documents = messages.map((message, index) => ({
      ...message,
      _id: `${session}/${message.id}`,
      session,
      seq: touched.lastSeq - messages.length + 1 + index,
      createdAt: now,
    }));
    const [first] = documents;
    try {
      if (documents.length === 1 && first !== undefined) await this.#messages.insertOne(first);
      else await this.#messages.insertMany(documents);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== duplicateKey || messages.length > 1) throw error;
      // The message was there: it does not count twice. Its second position stays empty.
      await this.#touch(session, messages, -1, now);
    }
  }

  async #touch(
    session: string,
    messages: readonly PreparedMessage[],
    sign: 1 | -1,
    now: number,
  ): Promise<SessionDocument> {
    const tokens = messages.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
    const touched = await this.#sessions.findOneAndUpdate(
      { _id: session },
      {
        $inc: {
          messageCount: sign * messages.length,
          tokenCount: sign * tokens,
          lastSeq: sign === 1 ? messages.length : 0,
        },
        $set: { updatedAt: now, lastActivity: now },
      },
      { returnDocument: "after" },
    );
    if (touched === null) throw new Error(`No session ${session}`);
    return touched;
  }
}

function toMessage({ id, seq, role, parts, tokenCount, createdAt }: MessageDocument): ReferenceMessage {
  return { id, seq, role, parts: JSON.parse(parts) as ReferenceMessage["parts"], tokenCount, createdAt };
}

import { join } from "node:path";
import type {
  BenchmarkMessage,
  Contestant,
  MessageFacts,
  OpenSettings,
  Subject,
} from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

interface MastraMessage {
  readonly id: string;
  readonly role: string;
  readonly threadId: string;
  readonly resourceId: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly content: {
    readonly format: 2;
    readonly parts: readonly { readonly type: "text"; readonly text: string }[];
  };
}

interface Order {
  readonly field: string;
  readonly direction: "ASC" | "DESC";
}

/** What the benchmark uses of Mastra's Memory. */
interface MastraMemory {
  saveThread(request: { readonly thread: object }): Promise<unknown>;
  saveMessages(request: { readonly messages: readonly MastraMessage[] }): Promise<unknown>;
  recall(request: {
    readonly threadId: string;
    readonly resourceId: string;
    readonly perPage: number | false;
    readonly page?: number;
    readonly orderBy?: Order;
  }): Promise<{ readonly messages: readonly MastraMessage[]; readonly total: number }>;
  listThreads(request: {
    readonly filter: { readonly resourceId: string };
    readonly page: number;
    readonly perPage: number;
    readonly orderBy: Order;
  }): Promise<{ readonly threads: readonly unknown[] }>;
}

interface MastraLibraries {
  readonly Memory: new (configuration: object) => MastraMemory;
  readonly LibSQLStore: new (configuration: object) => { init(): Promise<void> };
}

const resourceId = "local";
const largestSave = 500;

/** Mastra Memory on its libSQL store, with its own settings; what would call a model is off. */
export const mastra: Contestant = {
  name: "Mastra Memory",
  role: "peer",
  on: "file",
  sharesFile: true,
  needsInstall: true,
  open: openMastra,
};

async function openMastra({ directory }: OpenSettings): Promise<Subject> {
  const { Memory, LibSQLStore } = await loadLibraries();
  const storage = new LibSQLStore({ id: "benchmark", url: `file:${join(directory, "mastra.db")}` });
  await storage.init();
  const options = {
    lastMessages: 50,
    semanticRecall: false,
    workingMemory: { enabled: false },
    generateTitle: false,
  };
  const memory = new Memory({ storage, options });
  let lastTime = 0;
  /**
   * Its order is by time only, so no two messages of a thread may share a millisecond. Those of one call end now: were
   * they to begin now, the messages of later calls would stand before them.
   */
  const timesOf = (count: number): ((index: number) => Date) => {
    lastTime = Math.max(Date.now(), lastTime + 1);
    const first = lastTime - count + 1;
    return (index) => new Date(first + index);
  };
  return {
    createSession: async (title) => {
      const id = makeId();
      const now = new Date();
      await memory.saveThread({
        thread: { id, resourceId, title, metadata: {}, createdAt: now, updatedAt: now },
      });
      return id;
    },
    append: async (threadId, messages) => {
      const timeAt = timesOf(messages.length);
      const saved = messages.map((message, index) => toMastra(threadId, message, timeAt(index)));
      for (let start = 0; start < saved.length; start += largestSave) {
        await memory.saveMessages({ messages: saved.slice(start, start + largestSave) });
      }
    },
    readLast: async (threadId, perPage) => {
      const orderBy: Order = { field: "createdAt", direction: "DESC" };
      return (await memory.recall({ threadId, resourceId, perPage, page: 0, orderBy })).messages;
    },
    readAll: async (threadId) => (await memory.recall({ threadId, resourceId, perPage: false })).messages,
    listSessions: async (perPage) => {
      const orderBy: Order = { field: "updatedAt", direction: "DESC" };
      return (await memory.listThreads({ filter: { resourceId }, page: 0, perPage, orderBy })).threads;
    },
    countMessages: async (threadId) =>
      (await memory.recall({ threadId, resourceId, perPage: 1, page: 0 })).total,
    describe: describeMessage,
    close: async () => {},
  };
}

function toMastra(threadId: string, { id, role, text }: BenchmarkMessage, createdAt: Date): MastraMessage {
  const content = { format: 2, parts: [{ type: "text", text }] } as const;
  return { id, role, threadId, resourceId, type: "text", createdAt, content };
}

/** Loaded by names that are no literals: the types of the peers are not installed where this is compiled. */
async function loadLibraries(): Promise<MastraLibraries> {
  const memoryPackage: string = "@mastra/memory";
  const storePackage: string = "@mastra/libsql";
  const memory: unknown = await import(memoryPackage);
  const store: unknown = await import(storePackage);
  return {
    ...(memory as Pick<MastraLibraries, "Memory">),
    ...(store as Pick<MastraLibraries, "LibSQLStore">),
  };
}

function describeMessage(message: unknown): MessageFacts {
  const { id, content } = message as MastraMessage;
  return { id, text: content.parts[0]?.text ?? "" };
}

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  BenchmarkMessage,
  Contestant,
  MessageFacts,
  OpenSettings,
  Subject,
} from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

interface UiMessage {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly { readonly type: "text"; readonly text: string }[];
}

/** What the benchmark uses of VoltAgent's memory adapter. */
interface MemoryAdapter {
  createConversation(input: object): Promise<unknown>;
  addMessages(messages: readonly UiMessage[], userId: string, conversationId: string): Promise<void>;
  getMessages(
    userId: string,
    conversationId: string,
    options?: { readonly limit: number },
  ): Promise<readonly UiMessage[]>;
  queryConversations(options: object): Promise<readonly unknown[]>;
}

const user = "local";

/** VoltAgent's memory on libSQL, with its own settings. Its order is by time: rows with appends of many are not for it. */
export const voltagent: Contestant = {
  name: "VoltAgent",
  role: "peer",
  on: "file",
  sharesFile: true,
  needsInstall: true,
  rows: [4, 5, 6],
  open: openVoltagent,
};

async function openVoltagent({ directory }: OpenSettings): Promise<Subject> {
  // Elsewhere it asks the network for a list of models as soon as it is loaded.
  process.env["NODE_ENV"] = "production";
  const library: string = "@voltagent/libsql";
  const { LibSQLMemoryAdapter } = (await import(library)) as {
    readonly LibSQLMemoryAdapter: new (options: object) => MemoryAdapter;
  };
  const memory = new LibSQLMemoryAdapter({ url: `file:${join(directory, "voltagent.db")}` });
  let lastTime = 0;
  return {
    createSession: async (title) => {
      const id = makeId();
      await memory.createConversation({ id, resourceId: user, userId: user, title, metadata: {} });
      return id;
    },
    append: async (conversation, messages) => {
      // Messages of one millisecond have no order, and those of one call have one time.
      for (const message of messages) {
        while (Date.now() <= lastTime) await sleep(1);
        lastTime = Date.now();
        await memory.addMessages([toUiMessage(message)], user, conversation);
      }
    },
    readLast: (conversation, limit) => memory.getMessages(user, conversation, { limit }),
    readAll: (conversation) => memory.getMessages(user, conversation),
    listSessions: (limit) =>
      memory.queryConversations({ userId: user, limit, orderBy: "updated_at", orderDirection: "DESC" }),
    countMessages: async (conversation) => (await memory.getMessages(user, conversation)).length,
    describe: describeMessage,
    close: async () => {},
  };
}

function toUiMessage({ id, role, text }: BenchmarkMessage): UiMessage {
  return { id, role, parts: [{ type: "text", text }] };
}

function describeMessage(message: unknown): MessageFacts {
  const { id, parts } = message as UiMessage;
  return { id, text: parts[0]?.text ?? "" };
}

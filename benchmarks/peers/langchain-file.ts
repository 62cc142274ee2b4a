import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchmarkMessage, Contestant, OpenSettings, Subject } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

interface BaseMessage {
  readonly id: string;
  readonly content: string;
}

/** What the benchmark uses of LangChain's history in a file. */
interface History {
  addMessage(message: BaseMessage): Promise<void>;
  getMessages(): Promise<readonly BaseMessage[]>;
}

interface Libraries {
  readonly FileSystemChatMessageHistory: new (options: object) => History;
  readonly HumanMessage: new (fields: object) => BaseMessage;
  readonly AIMessage: new (fields: object) => BaseMessage;
}

type StoredMessage = { readonly type: string; readonly data: object };
type FileStore = Record<string, Record<string, { context: object; messages: StoredMessage[] }>>;

const userId = "local";

/** LangChain's history of all chats in one file, held in memory and written whole at each message. */
export const langchainFile: Contestant = {
  name: "LangChain file",
  role: "peer",
  on: "file",
  sharesFile: false,
  needsInstall: true,
  rows: [4, 5],
  open: openLangchainFile,
};

async function openLangchainFile({ directory }: OpenSettings): Promise<Subject> {
  const { FileSystemChatMessageHistory, HumanMessage, AIMessage } = await loadLibraries();
  const filePath = join(directory, "history.json");
  const histories = new Map<string, History>();
  const historyOf = (sessionId: string): History => {
    const history =
      histories.get(sessionId) ?? new FileSystemChatMessageHistory({ sessionId, userId, filePath });
    histories.set(sessionId, history);
    return history;
  };
  const toMessage = ({ id, role, text }: BenchmarkMessage) =>
    role === "user" ? new HumanMessage({ id, content: text }) : new AIMessage({ id, content: text });
  return {
    createSession: async () => makeId(),
    append: async (session, messages) => {
      // It has no append of several: many are written as it would have written them, before it reads the file.
      if (messages.length > 1) await fill(filePath, session, messages);
      else for (const message of messages) await historyOf(session).addMessage(toMessage(message));
    },
    readLast: async (session, count) => (await historyOf(session).getMessages()).slice(-count),
    readAll: (session) => historyOf(session).getMessages(),
    countMessages: async (session) => (await historyOf(session).getMessages()).length,
    describe: (message) => {
      const { id, content } = message as BaseMessage;
      return { id, text: content };
    },
    close: async () => {},
  };
}

async function fill(path: string, session: string, messages: readonly BenchmarkMessage[]): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  const store = JSON.parse(text) as FileStore;
  const chats = (store[userId] ??= {});
  const chat = (chats[session] ??= { context: {}, messages: [] });
  for (const { id, role, text: content } of messages) {
    const data = { id, content, additional_kwargs: {}, response_metadata: {} };
    chat.messages.push({ type: role === "user" ? "human" : "ai", data });
  }
  await writeFile(path, JSON.stringify(store));
}

async function loadLibraries(): Promise<Libraries> {
  const historyPackage: string = "@langchain/community/stores/message/file_system";
  const messagesPackage: string = "@langchain/core/messages";
  const history: unknown = await import(historyPackage);
  const messages: unknown = await import(messagesPackage);
  return {
    ...(history as Pick<Libraries, "FileSystemChatMessageHistory">),
    ...(messages as Pick<Libraries, "HumanMessage" | "AIMessage">),
  };
}

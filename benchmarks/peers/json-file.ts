import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  BenchmarkMessage,
  Contestant,
  MessageFacts,
  OpenSettings,
  Subject,
} from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

interface ChatMessage {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly { readonly type: string; readonly text: string }[];
}

/** One JSON file a chat, read and written whole at each turn, as tutorials of the AI SDK do it; no fsync. */
export const jsonFile: Contestant = {
  name: "JSON file",
  role: "peer",
  on: "file",
  sharesFile: false,
  needsInstall: false,
  open: openJsonFiles,
};

async function openJsonFiles({ directory }: OpenSettings): Promise<Subject> {
  const folder = join(directory, "chats");
  await mkdir(folder, { recursive: true });
  const pathOf = (chat: string) => join(folder, `${chat}.json`);

  const load = async (chat: string): Promise<ChatMessage[]> =>
    JSON.parse(await readFile(pathOf(chat), "utf8")) as ChatMessage[];

  const save = async (chat: string, messages: readonly ChatMessage[]): Promise<void> => {
    await writeFile(`${pathOf(chat)}.new`, JSON.stringify(messages));
    await rename(`${pathOf(chat)}.new`, pathOf(chat));
  };

  const listChats = async (count: number): Promise<readonly unknown[]> => {
    const names = await readdir(folder);
    const chats = await Promise.all(
      names.map(async (name) => ({
        id: name.slice(0, -".json".length),
        changedAt: (await stat(join(folder, name))).mtimeMs,
      })),
    );
    return chats.toSorted((left, right) => right.changedAt - left.changedAt).slice(0, count);
  };

  return {
    createSession: async () => {
      const chat = makeId();
      await save(chat, []);
      return chat;
    },
    append: async (chat, messages) => save(chat, [...(await load(chat)), ...messages.map(toChatMessage)]),
    readLast: async (chat, count) => (await load(chat)).slice(-count),
    readAll: load,
    listSessions: listChats,
    countMessages: async (chat) => (await load(chat)).length,
    describe: describeMessage,
    close: async () => {},
  };
}

function toChatMessage({ id, role, text }: BenchmarkMessage): ChatMessage {
  return { id, role, parts: [{ type: "text", text }] };
}

function describeMessage(message: unknown): MessageFacts {
  const { id, parts } = message as ChatMessage;
  return { id, text: parts[0]?.text ?? "" };
}

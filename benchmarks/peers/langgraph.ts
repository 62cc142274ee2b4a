import { join } from "node:path";
import type { Contestant, MessageFacts, OpenSettings, Subject } from "../harness/contestant.ts";
import { makeId } from "../harness/make-messages.ts";

type Configuration = { readonly configurable: Readonly<Record<string, string>> };

interface Checkpoint {
  readonly channel_values: { readonly messages: readonly MessageFacts[] };
  readonly channel_versions: { readonly messages: number };
}

/** What the benchmark uses of LangGraph's checkpoint saver. */
interface Saver {
  getTuple(
    config: Configuration,
  ): Promise<{ readonly config: Configuration; readonly checkpoint: Checkpoint } | undefined>;
  put(config: Configuration, checkpoint: object, metadata: object): Promise<unknown>;
  putWrites(
    config: Configuration,
    writes: readonly (readonly [string, unknown])[],
    task: string,
  ): Promise<void>;
}

interface Libraries {
  readonly SqliteSaver: { fromConnString(path: string): Saver };
  readonly emptyCheckpoint: () => object;
  readonly uuid6: (clock: number) => string;
}

/** LangGraph's SQLite saver: each step of a graph writes its state, the list of messages, again. It has no list of threads. */
export const langgraph: Contestant = {
  name: "LangGraph SqliteSaver",
  role: "peer",
  on: "file",
  sharesFile: true,
  needsInstall: true,
  rows: [4, 5],
  open: openLanggraph,
};

async function openLanggraph({ directory }: OpenSettings): Promise<Subject> {
  const { SqliteSaver, emptyCheckpoint, uuid6 } = await loadLibraries();
  const saver = SqliteSaver.fromConnString(join(directory, "langgraph.db"));
  const configOf = (thread: string): Configuration => ({
    configurable: { thread_id: thread, checkpoint_ns: "" },
  });
  const read = async (thread: string) => {
    const tuple = await saver.getTuple(configOf(thread));
    if (tuple === undefined) throw new Error(`there is no thread ${thread}`);
    return tuple;
  };
  const messagesOf = async (thread: string) => (await read(thread)).checkpoint.channel_values.messages;
  return {
    createSession: async () => {
      const thread = makeId();
      const checkpoint = {
        ...emptyCheckpoint(),
        channel_values: { messages: [] },
        channel_versions: { messages: 1 },
      };
      await saver.put(configOf(thread), checkpoint, { source: "input", step: -1, parents: {} });
      return thread;
    },
    append: async (thread, messages) => {
      const { config, checkpoint } = await read(thread);
      const step = checkpoint.channel_versions.messages;
      await saver.putWrites(config, [["messages", messages]], makeId());
      const next = {
        ...checkpoint,
        id: uuid6(step),
        ts: new Date().toISOString(),
        channel_values: { messages: [...checkpoint.channel_values.messages, ...messages] },
        channel_versions: { messages: step + 1 },
      };
      await saver.put(config, next, { source: "loop", step, parents: {} });
    },
    readLast: async (thread, count) => (await messagesOf(thread)).slice(-count),
    readAll: messagesOf,
    countMessages: async (thread) => (await messagesOf(thread)).length,
    describe: (message) => message as MessageFacts,
    close: async () => {},
  };
}

async function loadLibraries(): Promise<Libraries> {
  const saverPackage: string = "@langchain/langgraph-checkpoint-sqlite";
  const checkpointPackage: string = "@langchain/langgraph-checkpoint";
  const saver: unknown = await import(saverPackage);
  const checkpoint: unknown = await import(checkpointPackage);
  return {
    ...(saver as Pick<Libraries, "SqliteSaver">),
    ...(checkpoint as Pick<Libraries, "emptyCheckpoint" | "uuid6">),
  };
}

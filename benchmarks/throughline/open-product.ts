import type { Durability, MessageFacts, Subject } from "../harness/contestant.ts";
import { type CarriedServices, carriedByProduct } from "./carried-by-product.ts";

/** What the benchmark uses of the library; structural, so that the harness loads without it. */
interface Library {
  openThroughline(configuration: ProductConfiguration): Promise<Throughline>;
}

/** Where the product opens its store. Only files have a choice of durability. */
export interface ProductConfiguration {
  readonly store: string;
  readonly durability?: Durability;
}

interface Throughline extends CarriedServices {
  readonly sessions: {
    create(values: { readonly user: string; readonly title: string }): Promise<{ readonly id: string }>;
    get(session: string): Promise<{ readonly messageCount: number }>;
    list(query: {
      readonly user: string;
      readonly limit: number;
    }): Promise<{ readonly items: readonly unknown[] }>;
  };
  readonly messages: {
    append(
      session: string,
      messages: readonly {
        readonly id?: string;
        readonly role: string;
        readonly content: string;
        readonly native?: { readonly format: string; readonly text: string };
        readonly parentId?: string;
      }[],
      options?: { readonly operationId?: string; readonly head?: "move" },
    ): Promise<unknown>;
    list(
      session: string,
      query: { readonly last: number } | { readonly afterSeq: number; readonly limit: number },
    ): Promise<{ readonly items: readonly unknown[] }>;
    stream(session: string): AsyncIterable<unknown>;
  };
  search(query: {
    readonly text: string;
    readonly session?: string;
    readonly limit: number;
  }): Promise<{ readonly items: readonly unknown[] }>;
  close(): Promise<void>;
}

const largestAppend = 1000;
const user = "local";

/** Opens the product through its public API. */
export async function openProduct(configuration: ProductConfiguration): Promise<Subject> {
  const library = await loadLibrary();
  const opened = await library.openThroughline(configuration);
  return {
    createSession: async (title) => (await opened.sessions.create({ user, title })).id,
    append: (session, messages, operationId) => append(opened, session, messages, operationId),
    readLast: async (session, last) => (await opened.messages.list(session, { last })).items,
    readAfter: async (session, afterSeq, limit) =>
      (await opened.messages.list(session, { afterSeq, limit })).items,
    readAll: (session) => Array.fromAsync(opened.messages.stream(session)),
    readFirstOfStream: async (session) => {
      for await (const message of opened.messages.stream(session)) return message;
      return undefined;
    },
    listSessions: async (limit) => (await opened.sessions.list({ user, limit })).items,
    // A search after many appends waits for the index.
    finishIndex: async () => void (await opened.search({ text: "index", limit: 1 })),
    search: async (text, limit, session) =>
      (await opened.search({ text, limit, ...(session === undefined ? {} : { session }) })).items,
    importTranscripts: async (paths) => {
      const { importSources } = await loadImporters();
      return (await importSources(opened, paths)).messagesAdded;
    },
    carried: carriedByProduct(opened),
    countMessages: async (session) => (await opened.sessions.get(session)).messageCount,
    describe: describeMessage,
    close: () => opened.close(),
  };
}

async function append(
  opened: Throughline,
  session: string,
  messages: Parameters<Subject["append"]>[1],
  operationId: string | undefined,
): Promise<void> {
  if (operationId !== undefined) {
    await opened.messages.append(
      session,
      messages.map(({ role, text }) => ({ role, content: text })),
      { operationId },
    );
    return;
  }
  for (let start = 0; start < messages.length; start += largestAppend) {
    const slice = messages.slice(start, start + largestAppend);
    const edits = slice.some(({ follows }) => follows !== undefined);
    await opened.messages.append(
      session,
      slice.map(({ id, role, text, follows, native }) => ({
        id,
        role,
        content: text,
        ...(native === undefined ? {} : { native: { format: "benchmark", text: native } }),
        ...(follows === undefined ? {} : { parentId: follows }),
      })),
      edits ? { head: "move" } : {},
    );
  }
}

/** What the benchmark uses of the importers. */
interface Importers {
  importSources(
    throughline: Throughline,
    paths: readonly string[],
  ): Promise<{ readonly messagesAdded: number }>;
}

async function loadImporters(): Promise<Importers> {
  const name: string = "@throughline/importers";
  const importers: unknown = await import(name);
  return importers as Importers;
}

/** Loaded by a name that is no literal: the harness must also compile and run where nothing is built yet. */
async function loadLibrary(): Promise<Library> {
  const name: string = "throughline";
  const library: unknown = await import(name);
  return library as Library;
}

function describeMessage(message: unknown): MessageFacts {
  const { id, content } = message as { readonly id: string; readonly content: string };
  return { id, text: content };
}

import { join } from "node:path";
import type { Contestant, OpenSettings, Subject } from "../harness/contestant.ts";
import { tableSizes } from "../harness/table-sizes.ts";
import { describeReferenceMessage } from "./reference-message.ts";
import { CarriedByHand } from "./carried-by-hand.ts";
import { ImportByHand } from "./import-by-hand.ts";
import { ReferenceSearch } from "./reference-search.ts";
import { ReferenceStore } from "./reference-store.ts";

/** The limit that the goals are stated against. */
export const reference: Contestant = {
  name: "reference",
  role: "reference",
  on: "file",
  sharesFile: true,
  needsInstall: false,
  open: async (settings) => openReference(settings),
};

function openReference({ directory, durability, grouped }: OpenSettings): Subject {
  const path = join(directory, "reference.db");
  const store = new ReferenceStore(path, durability);
  const search = new ReferenceSearch(path);
  let importing: ImportByHand | undefined;
  let carrying: CarriedByHand | undefined;
  // Made with the first use: other rows weigh the file.
  const carried = () => (carrying ??= new CarriedByHand(path, durability));
  return {
    createSession: async (title) => store.createSession(title),
    append: grouped
      ? (session, messages) => store.appendGrouped(session, messages)
      : async (session, messages) => store.append(session, messages),
    readLast: async (session, count) => store.readLast(session, count),
    readAll: async (session) => store.readAll(session),
    listSessions: async (count) => store.listSessions(count),
    finishIndex: async () => search.build(),
    search: async (words, count) => search.find(words, count),
    importTranscripts: async (paths) => {
      importing ??= new ImportByHand(path, durability);
      return importing.import(paths);
    },
    carried: {
      recordContext: async (session, records) => carried().record(session, records),
      listFiles: async (session, query) => carried().listFiles(session, query),
      saveMemory: async (memory) => carried().saveMemory(memory),
      listMemories: async (query) => carried().listMemories(query),
      rankResources: async (count) => carried().rankResources(count),
      describe: (item) => {
        const { path: file, key } = item as { readonly path?: string; readonly key?: string };
        return { name: file ?? key ?? "" };
      },
    },
    diskSizes: () => tableSizes(path, "message_texts"),
    countMessages: async (session) => store.countMessages(session),
    describe: describeReferenceMessage,
    close: async () => {
      importing?.close();
      carrying?.close();
      search.close();
      store.close();
    },
  };
}

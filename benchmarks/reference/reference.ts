import { join } from "node:path";
import type { Contestant, OpenSettings, Subject } from "../harness/contestant.ts";
import { describeReferenceMessage } from "./reference-message.ts";
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
  const store = new ReferenceStore(join(directory, "reference.db"), durability);
  return {
    createSession: async (title) => store.createSession(title),
    append: grouped
      ? (session, messages) => store.appendGrouped(session, messages)
      : async (session, messages) => store.append(session, messages),
    readLast: async (session, count) => store.readLast(session, count),
    readAll: async (session) => store.readAll(session),
    listSessions: async (count) => store.listSessions(count),
    countMessages: async (session) => store.countMessages(session),
    describe: describeReferenceMessage,
    close: async () => store.close(),
  };
}

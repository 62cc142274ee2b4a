import type { Contestant, Subject } from "../harness/contestant.ts";
import { MongodbReferenceStore } from "./mongodb-store.ts";
import { PostgresReferenceStore } from "./postgres-store.ts";
import { describeReferenceMessage } from "./reference-message.ts";

const pooledConnections = 16;

/** By hand on `pg`: on one connection, or where writers may go together, on a connection each. */
export const postgresByHand: Contestant = {
  name: "PostgreSQL by hand",
  role: "reference",
  on: "postgresql",
  sharesFile: true,
  needsInstall: false,
  open: async ({ url, grouped }) =>
    toSubject(await PostgresReferenceStore.open(checkUrl(url), grouped ? pooledConnections : 1)),
};

/** By hand on `mongodb`, whose driver opens connections as it needs them. */
export const mongodbByHand: Contestant = {
  name: "MongoDB by hand",
  role: "reference",
  on: "mongodb",
  sharesFile: true,
  needsInstall: false,
  open: async ({ url }) => toSubject(await MongodbReferenceStore.open(checkUrl(url))),
};

function toSubject(store: PostgresReferenceStore | MongodbReferenceStore): Subject {
  return {
    createSession: (title) => store.createSession(title),
    append: (session, messages) => store.append(session, messages),
    readLast: (session, count) => store.readLast(session, count),
    countMessages: (session) => store.countMessages(session),
    describe: describeReferenceMessage,
    close: () => store.close(),
  };
}

function checkUrl(url: string | undefined): string {
  if (url === undefined) throw new TypeError("There is no server");
  return url;
}

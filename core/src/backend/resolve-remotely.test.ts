import { expect, test } from "vitest";
import type { CheckedBatch, Write } from "../contract/batch.ts";
import type { Row } from "../model/kind.ts";
import { completeRecord } from "../model/kind.ts";
import { productKinds } from "../model/kinds.ts";
import { messages } from "../model/messages.ts";
import { state } from "../model/state.ts";
import { sessions } from "../model/sessions.ts";
import type { Found, Lookup } from "../resolve/lookup.ts";
import { lookupText, resolveRemotely } from "./resolve-remotely.ts";

const kinds = new Map(productKinds.map((kind) => [kind.name, kind]));
const session = { ...completeRecord(sessions, { id: "s", externalKey: "key" }), revision: 1 } as Row;

/** Resolves writes over one session, and says what was asked in each round trip. */
async function resolve(writes: readonly Write[]): Promise<readonly string[][]> {
  const trips: string[][] = [];
  const answer = async (lookups: readonly Lookup[]): Promise<Found[]> => {
    trips.push(lookups.map(lookupText));
    return lookups.map((lookup): Found => {
      if (lookup.type === "removed") return 0;
      return lookup.type === "record" && lookup.kind.name === "sessions" ? session : undefined;
    });
  };
  const batch: CheckedBatch = { tenant: "t", operation: { id: "o", fingerprint: "" }, writes, now: 1 };
  await resolveRemotely(batch, kinds, answer);
  return trips;
}

const message = { record: completeRecord(messages, { id: "m", role: "user" }) };

test("an append asks once for its operation, its session and its messages", async () => {
  const trips = await resolve([{ type: "append", session: ["s"], messages: [message], exists: "same" }]);
  expect(trips).toEqual([["operation o", "record sessions s", "record messages by id s\0m"]]);
});

test("an append to a session by its unique key asks for its messages in a second trip", async () => {
  const key = { unique: "external", values: ["", "", "key"] };
  const trips = await resolve([{ type: "append", session: key, messages: [message], exists: "same" }]);
  expect(trips).toHaveLength(2);
});

test("many inserts ask for keys, unique keys and removed revisions at once", async () => {
  const record = (id: string) => completeRecord(state, { scope: "s", collection: "c", key: id });
  const writes = Array.from({ length: 100 }, (_, index): Write => ({
    type: "insert",
    kind: "state",
    record: record(`k${index}`),
    exists: "fail",
  }));
  const trips = await resolve(writes);
  expect(trips).toHaveLength(1);
  expect(trips[0]).toHaveLength(201);
});

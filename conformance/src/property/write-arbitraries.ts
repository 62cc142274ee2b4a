/** Random writes over few keys, so that they meet. */
import type { Expectation, Insert, Key, NewMessage, Write } from "@throughline/core";
import * as fc from "fast-check";
import {
  append,
  insertItem,
  insertLease,
  insertNote,
  insertPiece,
  insertSession,
  insertVector,
  message,
} from "../records.ts";
import { START } from "../test-clock.ts";

/** Most often nothing. */
export function rarely<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

export const sessionIds = fc.constantFrom("s1", "s2", "s3");
const itemIds = fc.constantFrom("i1", "i2", "i3", "i4");
const messageIds = fc.constantFrom("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8");
const labels = fc.constantFrom("", "x", "y");
export const numbers = fc.integer({ min: -2, max: 3 });
/** Ends that are never, past, soon and later, seen from the clock's beginning. */
const ends = fc.constantFrom(0, 0, START - 1, START + 100, START + 1_000);

const texts = fc.constantFrom(
  "red fox",
  "the red RED car",
  "getUserById",
  "get user by id",
  "src/auth/login.ts",
  "東京都に住む",
  "déjà vu",
  "",
);

const titles = fc.constantFrom("", "a", "B", "é", "e\u0301", "\u{1F600}", "\uFFFD", "日");

const itemFields = fc.record({
  id: itemIds,
  groupId: fc.constantFrom("g", "h"),
  name: labels,
  code: labels,
  title: titles,
  rank: numbers,
  flag: fc.boolean(),
  score: fc.constantFrom(null, 0, 0.5, -1.25),
  tags: fc.constantFrom("", "[]", '["a","b"]'),
  metadata: fc.constantFrom("", "{}", '{"k":1}'),
  body: fc.constantFrom("", "body"),
  bytes: fc.constantFrom(null, new Uint8Array(0), new Uint8Array([0, 255])),
});

const anyExists = fc.constantFrom("fail", "keep", "keep", "same", "replace");
const exists: fc.Arbitrary<Insert["exists"]> = fc.oneof(
  anyExists,
  fc.record({
    set: fc.record({ title: titles, code: labels }),
    increment: fc.record({ size: numbers }),
    maximum: fc.record({ rank: numbers }),
  }),
);
const simpleExists = fc.constantFrom("fail", "keep", "keep", "same");

const itemKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 3, arbitrary: itemIds.map((id): Key => [id]) },
  { weight: 1, arbitrary: labels.map((code): Key => ({ unique: "code", values: [code] })) },
);

const sessionFields = fc.record({
  id: sessionIds,
  userId: fc.constantFrom("u", "v"),
  externalKey: labels,
  terminalId: labels,
  projectId: labels,
  title: titles,
});

export const sessionKeys: fc.Arbitrary<Key> = fc.oneof(
  { weight: 4, arbitrary: sessionIds.map((id): Key => [id]) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("u", "v"), labels)
      .map(([user, key]): Key => ({ unique: "external", values: [user, "", key] })),
  },
);

const newMessages: fc.Arbitrary<NewMessage> = fc
  .record({
    id: messageIds,
    content: texts,
    role: fc.constantFrom("user", "assistant"),
    tokenCount: fc.integer({ min: 0, max: 5 }),
    createdAt: fc.integer({ min: 0, max: 3 }),
    parent: rarely(fc.oneof(fc.integer({ min: 0, max: 3 }), messageIds)),
  })
  .map(({ parent, id, ...fields }) => message(id, fields, parent));

const appends: fc.Arbitrary<Write> = fc
  .record({
    session: sessionKeys,
    added: fc.uniqueArray(newMessages, { minLength: 1, maxLength: 3, selector: ({ record }) => record.id }),
    exists: anyExists,
    at: rarely(fc.integer({ min: 2, max: 6 })),
    moveHead: fc.boolean(),
  })
  .map(({ session, added, at, ...more }) =>
    append(session, added, at === undefined ? more : { ...more, at }),
  );

const sessionChanges = fc.oneof(
  fc.record({ hiddenAt: fc.constantFrom(0, 0, 5) }),
  fc.record({ title: titles, userId: fc.constantFrom("u", "v") }),
  fc.record({ externalKey: labels, terminalId: labels }),
  fc.constant({ headSeq: 0 }),
  fc.record({ status: fc.constantFrom("expired", "active"), listed: fc.boolean() }),
);

const singleRemovals: fc.Arbitrary<Write> = fc.oneof(
  itemKeys.map((key): Write => ({ type: "remove", kind: "test_items", key })),
  fc
    .tuple(sessionIds, fc.integer({ min: 1, max: 4 }))
    .map(([session, seq]): Write => ({ type: "remove", kind: "messages", key: [session, seq] })),
  fc.tuple(sessionIds, messageIds).map(([session, id]): Write => ({
    type: "remove",
    kind: "messages",
    key: { unique: "id", values: [session, id] },
  })),
  fc
    .tuple(sessionIds, labels)
    .map(([session, id]): Write => ({ type: "remove", kind: "test_notes", key: [session, id] })),
  labels.map((name): Write => ({ type: "remove", kind: "test_leases", key: ["x", name] })),
);

const boundedRemovals: fc.Arbitrary<Write> = fc
  .record({
    target: fc.constantFrom(
      { kind: "test_items", shape: "rank", prefix: ["g"] },
      { kind: "test_items", shape: "title", prefix: [] },
      { kind: "test_notes", shape: "rank", prefix: ["s1"] },
      { kind: "test_leases", shape: "expiry", prefix: ["x"] },
    ),
    limit: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ target, limit }) => ({ type: "remove-many", ...target, limit }));

/** A write of a batch that is not quiet. */
export const writes: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(itemFields, exists).map(([fields, policy]): Write => insertItem(fields, policy)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(sessionFields, simpleExists)
      .map(([fields, policy]): Write => insertSession(fields, policy)),
  },
  { weight: 6, arbitrary: appends },
  {
    weight: 3,
    arbitrary: fc
      .record({
        key: itemKeys,
        set: fc.record({ title: titles, name: labels, code: labels }),
        increment: fc.record({ rank: numbers }),
        maximum: fc.record({ size: numbers }),
      })
      .map((parts): Write => ({ type: "update", kind: "test_items", ...parts })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(sessionKeys, sessionChanges)
      .map(([key, set]): Write => ({ type: "update", kind: "sessions", key, set })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.record({ name: labels, holder: labels, token: numbers, expiresAt: ends }), anyExists)
      .map(([fields, policy]): Write => insertLease({ scope: "x", ...fields }, policy)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.record({ sessionId: sessionIds, id: labels, slug: labels, author: labels, rank: numbers }),
        anyExists,
      )
      .map(([fields, policy]): Write => insertNote(fields, policy)),
  },
  { weight: 3, arbitrary: singleRemovals },
  { weight: 1, arbitrary: boundedRemovals },
);

/** A write of a quiet batch. */
export const quietWrites: fc.Arbitrary<Write> = fc.oneof(
  fc.tuple(itemKeys, numbers).map(([key, hits]): Write => ({
    type: "update",
    kind: "test_items",
    key,
    increment: { hits },
    maximum: { seenAt: 3 },
  })),
  fc
    .tuple(fc.record({ item: itemIds, model: labels, rank: numbers }), anyExists)
    .map(([fields, policy]): Write => insertVector(fields, policy)),
  fc
    .tuple(fc.record({ hash: labels, piece: fc.integer({ min: 0, max: 1 }) }), anyExists)
    .map(([fields, policy]): Write => insertPiece(fields, policy)),
  fc
    .tuple(itemIds, labels)
    .map(([item, model]): Write => ({ type: "remove", kind: "test_vectors", key: [item, model] })),
);

export const expectations: fc.Arbitrary<Expectation> = fc.oneof(
  fc
    .tuple(fc.constantFrom("present", "absent"), itemKeys)
    .map(([type, key]): Expectation => ({ type, kind: "test_items", key })),
  fc.tuple(itemKeys, fc.integer({ min: 1, max: 3 })).map(([key, revision]): Expectation => ({
    type: "equals",
    kind: "test_items",
    key,
    fields: { revision },
  })),
  fc
    .tuple(sessionKeys, fc.integer({ min: 0, max: 3 }))
    .map(([key, lastSeq]): Expectation => ({ type: "equals", kind: "sessions", key, fields: { lastSeq } })),
  labels.map((name): Expectation => ({ type: "absent", kind: "test_leases", key: ["x", name] })),
);

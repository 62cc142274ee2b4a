import type { FeedChange } from "@throughline/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { packChanges, unpackChanges } from "./packed-changes.ts";

const name = fc.constantFrom("", "a", "b", "\ud800");
const key = fc.array(fc.oneof(name, fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 3 });
const change: fc.Arbitrary<FeedChange> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("messages", "resources"),
    change: fc.constantFrom("insert", "update", "remove"),
    key,
    session: name,
  }),
  fc.record({
    kind: fc.constant("messages"),
    change: fc.constant("append" as const),
    key: fc.tuple(name, fc.nat(3)),
    session: name,
    count: fc.nat(5),
  }),
);

test("changes come back as they were, in order, also from text without runs", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      expect(unpackChanges(packChanges(changes))).toEqual(changes);
      expect(unpackChanges(JSON.stringify(changes))).toEqual(changes);
    }),
  );
});

test("a thousand records of one kind name it and their session once", () => {
  const session = crypto.randomUUID();
  const changes = Array.from({ length: 1_000 }, (): FeedChange => {
    const owned = [session, crypto.randomUUID()];
    return { kind: "resource_access_logs", change: "insert", key: owned, session };
  });
  const text = packChanges(changes);
  expect(text.split(session)).toHaveLength(2);
  expect(text.length).toBeLessThan(JSON.stringify(changes).length / 3);
});

import { expect, test } from "vitest";
import type { CheckedBatch, Write } from "../contract/batch.ts";
import { completeRecord } from "../model/kind.ts";
import type { Kind, Row } from "../model/kind.ts";
import { productKinds } from "../model/kinds.ts";
import { messages } from "../model/messages.ts";
import { sessions } from "../model/sessions.ts";
import type { Found, Lookup, Resolution } from "./lookup.ts";
import { driveResolution, resolveBatch } from "./resolve-batch.ts";

const kinds = new Map(productKinds.map((kind): [string, Kind] => [kind.name, kind]));
const session: Row = { ...completeRecord(sessions, { id: "s", userId: "u", status: "active" }), revision: 1 };

/** Resolves writes where only the session `s` is stored; says what was asked, step by step. */
function resolve(
  writes: readonly Write[],
  more: Partial<CheckedBatch> = {},
): { resolution: Resolution; asked: Lookup[][] } {
  const asked: Lookup[][] = [];
  const steps = resolveBatch({ tenant: "t", now: 9, writes, ...more }, kinds);
  const answer = (lookup: Lookup): Found => {
    asked.at(-1)?.push(lookup);
    if (lookup.type === "removed") return 0;
    if (lookup.type === "prefix") return [];
    const isSession =
      lookup.type === "record" && lookup.kind.name === "sessions" && !("unique" in lookup.key);
    return isSession ? session : undefined;
  };
  function* counted(): typeof steps {
    let step = steps.next();
    while (step.done !== true) {
      asked.push([]);
      step = steps.next(yield step.value);
    }
    return step.value;
  }
  return { resolution: driveResolution(counted(), answer), asked };
}

function append(...ids: string[]): Write {
  const added = ids.map((id) => {
    const {
      sessionId: _,
      seq: __,
      parentSeq: ___,
      removedAt: ____,
      ...record
    } = completeRecord(messages, { id });
    return { record };
  });
  return { type: "append", session: ["s"], messages: added, exists: "same" };
}

test("[C20] an append asks twice, however many messages it has", () => {
  const { asked, resolution } = resolve([append("a", "b", "c")]);
  expect(asked.map((lookups) => lookups.length)).toEqual([1, 3]);
  expect(resolution.images.map(({ kind, type }) => `${type} ${kind.name}`)).toEqual([
    "insert messages",
    "insert messages",
    "insert messages",
    "update sessions",
  ]);
});

test("[C30] an update and an append of one session are one image and one step", () => {
  const update: Write = { type: "update", kind: "sessions", key: ["s"], set: { title: "t" } };
  const { images, changes } = resolve([update, append("a")]).resolution;
  const ofSession = images.filter(({ kind }) => kind.name === "sessions");
  expect(ofSession).toHaveLength(1);
  expect(ofSession[0]).toMatchObject({
    set: { title: "t", lastSeq: 1, revision: 2 },
    row: { id: "s", userId: "u" },
  });
  expect(changes.map(({ kind, change }) => `${kind} ${change}`)).toEqual([
    "sessions update",
    "messages append",
  ]);
});

test("[F2] an append alone is one change of the feed, with the session's owner", () => {
  expect(resolve([append("a", "b")]).resolution).toMatchObject({
    changes: [{ kind: "messages", change: "append", key: ["s", 1], session: "s", count: 2 }],
    user: "u",
  });
});

test("[C5] an update's image holds only what changes, and the whole row beside it", () => {
  const { images } = resolve([
    { type: "update", kind: "sessions", key: ["s"], increment: { forks: 1 } },
  ]).resolution;
  expect(images).toEqual([
    {
      type: "update",
      kind: sessions,
      key: ["s"],
      set: { forks: 1, revision: 2 },
      row: { ...session, forks: 1, revision: 2 },
    },
  ]);
});

test("[C17] a known operation answers before anything else is asked for", () => {
  const known = { fingerprint: "f", position: 4, results: [] };
  const steps = resolveBatch(
    {
      tenant: "t",
      now: 9,
      operation: { id: "o", fingerprint: "f" },
      expect: [{ type: "absent", kind: "sessions", key: ["s"] }],
      writes: [append("a")],
    },
    kinds,
  );
  const resolution = driveResolution(steps, (lookup) => (lookup.type === "operation" ? known : session));
  expect(resolution).toEqual({ images: [], results: [], changes: [], user: "", replayOf: 4, replayed: true });
});

test("[C15] what a batch inserts is found by its unique key without asking again", () => {
  const record = completeRecord(sessions, { id: "n", userId: "u", externalKey: "x", status: "active" });
  const steps = resolveBatch(
    {
      tenant: "t",
      now: 9,
      writes: [
        { type: "insert", kind: "sessions", record, exists: "keep" },
        { ...append("a"), session: { unique: "external", values: ["u", "", "x"] } } as Write,
      ],
    },
    kinds,
  );
  const resolution = driveResolution(steps, ({ type }) => (type === "removed" ? 0 : undefined));
  expect(resolution.results).toEqual([
    { outcome: "inserted", key: ["n"], revision: 1 },
    { outcome: "appended", session: "n", messages: [{ id: "a", seq: 1, revision: 1, outcome: "inserted" }] },
  ]);
  // One image: the session is written once, with its log as the append left it.
  expect(resolution.images.filter(({ kind }) => kind.name === "sessions")).toMatchObject([
    { type: "insert", row: { id: "n", lastSeq: 1, messageCount: 1, revision: 1 } },
  ]);
});

test("a batch with a kind that the store does not have is refused", () => {
  const write: Write = { type: "remove", kind: "none", key: ["a"] };
  expect(() => resolve([write])).toThrow(expect.objectContaining({ code: "invalid", outcome: "refused" }));
});

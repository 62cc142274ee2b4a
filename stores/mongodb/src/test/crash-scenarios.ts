/** Commits that a writer is killed in, each with what is there before and what comes after. */
import type { Batch, Write } from "@throughline/core";
import { completeRecord, sessions } from "@throughline/core";
import { appendTo, newMessage } from "./records.ts";
import { testItems, testNotes } from "@throughline/conformance";

type Untenanted = Omit<Batch, "tenant">;

export interface CrashScenario {
  readonly name: string;
  readonly before: readonly Untenanted[];
  /** Sent at once by the writer that is killed; they go into one document of the log. */
  readonly killed: readonly Untenanted[];
  /** Sent later by another, while the first may be asleep: it changes the same records again. */
  readonly after: Untenanted;
}

function operation(id: string): {
  readonly operation: { readonly id: string; readonly fingerprint: string };
} {
  return { operation: { id, fingerprint: id } };
}

function item(id: string, more: Record<string, string | number> = {}): Write {
  const record = completeRecord(testItems, { id, ...more });
  return { type: "insert", kind: "test_items", record, exists: "fail" };
}

function note(sessionId: string, id: string): Write {
  const record = completeRecord(testNotes, { sessionId, id });
  return { type: "insert", kind: "test_notes", record, exists: "fail" };
}

function session(id: string): Write {
  const record = completeRecord(sessions, { id, userId: "u", externalKey: `key-${id}`, listed: true });
  return { type: "insert", kind: "sessions", record, exists: "fail" };
}

function update(id: string, set: Record<string, string | number>): Write {
  return { type: "update", kind: "test_items", key: [id], set };
}

/** A message that begins a branch. */
function branch(sessionId: string, id: string): Write {
  const record = newMessage({ id, role: "user" });
  return {
    type: "append",
    session: [sessionId],
    messages: [{ record, parent: 0 }],
    exists: "same",
  };
}

const large = "x".repeat(30_000);
const sixLarge = [1, 2, 3, 4, 5, 6].map((number) => `large${number}`);

export const crashScenarios: readonly CrashScenario[] = [
  {
    name: "a plain append",
    before: [{ writes: [session("s")] }, { writes: [appendTo("s", ["a", "b"])] }],
    killed: [{ writes: [appendTo("s", ["c", "d"])] }],
    after: { writes: [appendTo("s", ["e"])], ...operation("after") },
  },
  {
    name: "an append with an operation",
    before: [{ writes: [session("s"), appendTo("s", ["a"])] }],
    killed: [{ writes: [appendTo("s", ["b", "c"])], ...operation("killed") }],
    after: {
      writes: [{ type: "remove", kind: "messages", key: ["s", 2] }, item("x")],
      ...operation("after"),
    },
  },
  {
    name: "a unique key that goes from one record to another",
    before: [{ writes: [item("i", { code: "one" }), item("j", { code: "two" })] }],
    killed: [
      {
        writes: [update("i", { code: "" }), item("k", { code: "one" }), update("j", { code: "three" })],
        ...operation("killed"),
      },
    ],
    after: { writes: [update("k", { code: "four" }), update("i", { code: "one" })], ...operation("after") },
  },
  {
    name: "removals",
    before: [
      {
        writes: [
          item("i", { groupId: "g", rank: 1 }),
          item("j", { groupId: "g", rank: 2, name: "n" }),
          item("k"),
        ],
      },
    ],
    killed: [
      {
        writes: [
          { type: "remove-many", kind: "test_items", shape: "rank", prefix: ["g"], limit: 2 },
          { type: "remove", kind: "test_items", key: ["k"] },
        ],
        ...operation("killed"),
      },
    ],
    after: { writes: [item("j", { groupId: "g", rank: 7 })], ...operation("after") },
  },
  {
    name: "the deletion of a session",
    before: [
      { writes: [session("s"), appendTo("s", ["a", "b"]), note("s", "n"), note("s", "m")] },
      { writes: [session("t")] },
    ],
    killed: [
      {
        writes: [
          { type: "update", kind: "sessions", key: ["s"], set: { hiddenAt: 5 } },
          { type: "remove-many", kind: "test_notes", shape: "rank", prefix: ["s"], limit: 10 },
        ],
        ...operation("killed"),
      },
    ],
    after: { writes: [{ type: "remove", kind: "sessions", key: ["s"] }], ...operation("after") },
  },
  {
    name: "the removal of a session",
    before: [
      { writes: [session("s"), appendTo("s", ["a", "b", "c"])] },
      { writes: [branch("s", "d")] },
      { writes: [{ type: "remove", kind: "messages", key: ["s", 1] }] },
      // Its id begins with the other's, and it stays.
      { writes: [session("s2"), appendTo("s2", ["a"])] },
    ],
    killed: [{ writes: [{ type: "remove", kind: "sessions", key: ["s"] }], ...operation("killed") }],
    after: { writes: [appendTo("s2", ["b"])], ...operation("after") },
  },
  {
    name: "an append, a removed message, and the removal of their session in one group",
    before: [{ writes: [session("s"), appendTo("s", ["a"])] }],
    killed: [
      { writes: [appendTo("s", ["b", "c"])], ...operation("killed-1") },
      { writes: [branch("s", "d")], ...operation("killed-2") },
      { writes: [{ type: "remove", kind: "messages", key: ["s", 1] }], ...operation("killed-3") },
      { writes: [{ type: "remove", kind: "sessions", key: ["s"] }], ...operation("killed-4") },
    ],
    after: { writes: [session("s2"), appendTo("s2", ["a"])], ...operation("after") },
  },
  {
    name: "an append to a session that is removed before it is applied",
    before: [{ writes: [session("s"), appendTo("s", ["a"])] }],
    killed: [
      { writes: [appendTo("s", ["b"])], ...operation("killed-1") },
      { writes: [branch("s", "d")], ...operation("killed-2") },
    ],
    after: { writes: [{ type: "remove", kind: "sessions", key: ["s"] }], ...operation("after") },
  },
  {
    name: "a group, one of which is refused",
    before: [{ writes: [session("s"), appendTo("s", ["a"]), item("i", { rank: 1 })] }],
    killed: [
      { writes: [appendTo("s", ["b"]), update("i", { rank: 2 })], ...operation("killed-1") },
      { writes: [item("i")], ...operation("killed-2") },
      {
        writes: [{ type: "update", kind: "test_items", key: ["i"], increment: { rank: 10 } }],
        ...operation("killed-3"),
      },
      { writes: [appendTo("s", ["c", "d"]), item("j")], ...operation("killed-4") },
    ],
    after: { writes: [appendTo("s", ["e"]), update("i", { rank: 5 })], ...operation("after") },
  },
  {
    name: "images too large for one document",
    before: sixLarge.map((id) => ({ writes: [item(id, { body: large })] })),
    killed: [
      { writes: sixLarge.map((id) => update(id, { rank: 1, groupId: "large" })), ...operation("killed") },
    ],
    after: { writes: sixLarge.map((id) => update(id, { rank: 2 })), ...operation("after") },
  },
];

/** What no store ever sees: the guard refuses it, and nothing is written. */
import type { Expectation, Insert, Write } from "@throughline/core";
import { BATCH_BYTES, BATCH_RECORDS } from "@throughline/core";
import { equal, refuses } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems } from "../kinds.ts";
import { append, insertItem, insertNote, insertSession, message } from "../records.ts";

type Refusal = readonly [reason: string, write: unknown];

export function testRefusals(test: Declare): void {
  test("[C41] a batch holds at most 1,000 records, 4 MiB and 16 expectations", async (bench) => {
    await bench.commit(insertSession({ id: "s" }));
    const items = Array.from({ length: BATCH_RECORDS + 1 }, (_, index) => insertItem({ id: `i${index}` }));
    const ids = Array.from({ length: BATCH_RECORDS + 1 }, (_, index) => `m${index}`);
    const half = "x".repeat(BATCH_BYTES / 2);
    const many = {
      type: "remove-many",
      kind: "test_items",
      shape: "key",
      prefix: [],
      limit: BATCH_RECORDS,
    } as const;
    const expect = Array.from({ length: 17 }, (_, index): Expectation => ({
      type: "absent",
      kind: "test_items",
      key: [`${index}`],
    }));
    const tooLarge = [
      items,
      [append("s", ids)],
      [append("s", ids.slice(1)), insertItem({ id: "i" })],
      [many, insertItem({ id: "i" })],
      [insertItem({ id: "a", body: half }), insertItem({ id: "b", body: half })],
      [append("s", [message("a", { content: half }), message("b", { content: half })])],
      [insertItem({ id: "a", body: "é".repeat(BATCH_BYTES / 2) })],
      [insertItem({ id: "a", bytes: new Uint8Array(BATCH_BYTES) })],
    ];
    for (const writes of tooLarge) {
      equal((await refuses(bench.commit(writes), "too_large", "batch")).outcome, "refused");
    }
    await refuses(bench.commit([], { expect }), "too_large", "batch");
    equal(await bench.count(testItems, "key"), 0);
    await bench.commit([], { expect: expect.slice(1) });
  });

  test("[C41] a batch of 1,000 records is written", async (bench) => {
    const ids = Array.from({ length: 500 }, (_, index) => `m${index}`);
    const items = ids.slice(1).map((id) => insertItem({ id }));
    await bench.commit([insertSession({ id: "s" }), append("s", ids), ...items]);
    equal(await bench.count(testItems, "key"), 499);
  });

  test("[C42] records have exactly the fields of their kind, with values of their types", async (bench) => {
    const { title: _, ...incomplete } = insertItem({ id: "i" }).record;
    const refusals: Refusal[] = [
      ["unknown_field", { ...insertItem({ id: "i" }).record, extra: 1 }],
      ["unknown_field", { ...insertItem({ id: "i" }).record, constructor: 1 }],
      ["type", incomplete],
      ...wrongValues.map(([field, value]): Refusal => [
        "type",
        { ...insertItem({ id: "i" }).record, [field]: value },
      ]),
    ];
    for (const [reason, record] of refusals) {
      await refuses(bench.commit({ ...insertItem({ id: "i" }), record } as Insert), "invalid", reason);
    }
    await bench.commit(insertItem({ id: "there" }));
    for (const [field, value] of wrongValues) {
      const update = { type: "update", kind: "test_items", key: ["there"], set: { [field]: value } } as Write;
      await refuses(bench.commit(update), "invalid", "type");
    }
    equal(await bench.count(testItems, "key"), 1);
  });

  test("[C42] text holds neither lone surrogates nor NUL", async (bench) => {
    await bench.commit([insertItem({ id: "there" }), insertSession({ id: "s" })]);
    for (const text of ["\0", "a\0b", "\ud800", "\udc00", "a\ud83d", "\ude00\ud83d"]) {
      const writes: Write[] = [
        insertItem({ id: text }),
        insertItem({ id: "i", body: text }),
        insertItem({ id: "i", metadata: text }),
        { type: "update", kind: "test_items", key: ["there"], set: { title: text } },
        { type: "update", kind: "test_items", key: [text], set: { title: "" } },
        { type: "remove", kind: "test_items", key: { unique: "code", values: [text] } },
        append("s", [message(text)]),
        append("s", [message("m", { content: text })]),
        append("s", [message("m", {}, text)]),
      ];
      for (const write of writes) await refuses(bench.commit(write), "invalid", "text");
      await refuses(bench.commit([], { operation: { id: text, fingerprint: "" } }), "invalid", "text");
      await refuses(bench.commit([], { operation: { id: "op", fingerprint: text } }), "invalid", "text");
    }
    await bench.commit(insertItem({ id: "i", body: "\u{1F600}" }));
  });

  test("[C42] indexed text has at most 1,024 bytes, other text as many as a batch", async (bench) => {
    const longest = "é".repeat(512);
    await bench.commit(insertItem({ id: longest, title: longest, groupId: longest }));
    equal((await bench.get(testItems, longest))?.title, longest);
    for (const field of ["id", "title", "groupId", "name", "code"]) {
      await refuses(bench.commit(insertItem({ id: "i", [field]: `${longest}x` })), "invalid", "too_long");
    }
    await bench.commit(insertItem({ id: "i", body: "x".repeat(100_000) }));
    await refuses(
      bench.commit([], { operation: { id: "x".repeat(256), fingerprint: "" } }),
      "invalid",
      "too_long",
    );
  });

  test("[C43] a batch writes a record at most once", async (bench) => {
    await bench.commit([insertItem({ id: "there", code: "c" }), insertSession({ id: "s" })]);
    const update = { type: "update", kind: "test_items", key: ["there"], set: { rank: 1 } } as const;
    const batches: Write[][] = [
      [insertItem({ id: "i" }), insertItem({ id: "i" }, "keep")],
      [update, { ...update, set: { rank: 2 } }],
      [update, { type: "remove", kind: "test_items", key: ["there"] }],
      [append("s", ["a"]), append("s", ["b"])],
    ];
    for (const batch of batches) await refuses(bench.commit(batch), "invalid", "batch");
    await refuses(bench.commit(append("s", ["a", "a"])), "invalid", "id");
    equal((await bench.get(testItems, "there"))?.revision, 1);
  });

  test("[C43] writes that no store should see are refused", async (bench) => {
    await bench.commit([
      insertItem({ id: "there", code: "c" }),
      insertSession({ id: "s" }),
      append("s", ["m"]),
    ]);
    for (const [reason, write] of strangeWrites) {
      await refuses(bench.commit(write as Write), "invalid", reason);
    }
    for (const [reason, expectation] of strangeExpectations) {
      await refuses(bench.commit([], { expect: [expectation as Expectation] }), "invalid", reason);
    }
    await refuses(bench.commit([], { operation: { id: "", fingerprint: "" } }), "invalid", "operation");
    await untouched(bench);
  });
}

async function untouched(bench: Bench): Promise<void> {
  equal((await bench.feed()).length, 1);
  equal((await bench.get(testItems, "there"))?.revision, 1);
}

/** Values that their field can't hold. */
const wrongValues: readonly (readonly [string, never])[] = [
  ["id", 1],
  ["title", null],
  ["title", 1],
  ["title", ["a"]],
  ["rank", "1"],
  ["rank", 1.5],
  ["rank", Number.NaN],
  ["rank", 2 ** 53],
  ["rank", null],
  ["rank", 1n],
  ["score", Number.POSITIVE_INFINITY],
  ["score", Number.NaN],
  ["score", "1"],
  ["flag", 1],
  ["flag", "true"],
  ["bytes", "AA=="],
  ["bytes", [1, 2]],
  ["metadata", { a: 1 }],
].map(([field, value]) => [field as string, value as never]);

const update = { type: "update", kind: "test_items", key: ["there"] };
const removeMany = { type: "remove-many", kind: "test_items", shape: "rank", prefix: [""], limit: 1 };

const strangeWrites: readonly Refusal[] = [
  ["kind", { ...update, kind: "none" }],
  ["kind", { ...update, kind: "__proto__" }],
  ["kind", { ...insertItem({ id: "i" }), kind: undefined }],
  ["batch", { ...update, type: "none" }],
  ["batch", { ...insertItem({ id: "i" }), exists: "none" }],
  ["batch", append("s", ["a"], { exists: "none" as "keep" })],
  ["batch", append("s", [])],
  ["batch", append("s", ["a"], { at: 0 })],
  ["batch", append("s", ["a"], { at: 1.5 })],
  ["batch", append("s", [message("a", {}, -1)])],
  ["batch", append("s", [message("a", {}, 0.5)])],
  ["id", append("s", [message("")])],
  ["unknown_field", append("s", [{ record: { ...message("a").record, seq: 7 } }])],
  ["batch", { type: "insert", kind: "messages", exists: "fail", record: {} }],
  ["batch", { type: "insert", kind: "branches", exists: "fail", record: {} }],
  ["batch", insertSession({ id: "s" }, "replace")],
  ["key", { ...update, key: [] }],
  ["key", { ...update, key: ["a", "b"] }],
  ["key", { ...update, key: "there" }],
  ["key", { ...update, key: undefined }],
  ["key", { ...update, key: { unique: "none", values: ["c"] } }],
  ["key", { ...update, key: { unique: "constructor", values: ["c"] } }],
  ["key", { ...update, key: { unique: "code", values: ["c", "d"] } }],
  ["type", { ...update, key: [1] }],
  ["type", { ...update, key: { unique: "code", values: [1] } }],
  ["unknown_field", { ...update, set: { none: 1 } }],
  ["batch", { ...update, set: { id: "other" } }],
  ["batch", { ...update, set: { revision: 7 } }],
  ["batch", { ...update, set: { rank: 1 }, increment: { rank: 1 } }],
  ["type", { ...update, increment: { title: "x" } }],
  ["type", { ...update, maximum: { flag: true } }],
  ["batch", { type: "update", kind: "sessions", key: ["s"], set: { lastSeq: 9 } }],
  ["batch", { type: "update", kind: "sessions", key: ["s"], increment: { messageCount: 9 } }],
  ["shape", { ...removeMany, shape: "none" }],
  ["type", { ...removeMany, prefix: [1] }],
  ["limit", { ...removeMany, limit: 0 }],
  ["limit", { ...removeMany, limit: 1.5 }],
  ["batch", { ...removeMany, kind: "sessions", shape: "key", prefix: [] }],
  ["batch", { ...removeMany, kind: "messages", shape: "key", prefix: ["s"] }],
  ["type", insertNote({ sessionId: 1, id: "n" })],
];

const strangeExpectations: readonly Refusal[] = [
  ["kind", { type: "absent", kind: "none", key: ["i"] }],
  ["key", { type: "absent", kind: "test_items", key: [] }],
  ["batch", { type: "none", kind: "test_items", key: ["i"] }],
  ["unknown_field", { type: "equals", kind: "test_items", key: ["i"], fields: { none: 1 } }],
  ["type", { type: "equals", kind: "test_items", key: ["i"], fields: { rank: "1" } }],
];

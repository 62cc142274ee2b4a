import { expect, test } from "vitest";
import type { Batch } from "../contract/batch.ts";
import type { ReadRequest } from "../contract/read.ts";
import { productKinds } from "../model/kinds.ts";
import type { Kind, Row, StoredRecord } from "../model/kind.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { readReadResult, writeReadResult } from "./answers.ts";
import { batchBody, readBody, searchBody } from "./bodies.ts";
import { encodeBatch } from "./encode-batch.ts";
import { decodeRecord, encodeRecord, isJsonRecord } from "./field-values.ts";
import { differingKinds } from "./store-description.ts";

const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 167) % 256);

const awkward: StoredRecord = {
  bytes,
  none: new Uint8Array(0),
  zero: 0,
  negativeZero: -0,
  tiny: 5e-324,
  large: Number.MAX_VALUE,
  third: 1 / 3,
  safe: Number.MIN_SAFE_INTEGER,
  yes: true,
  nothing: null,
  empty: "",
  tagged: '{"$bytes":"AA=="}',
  text: '\u2028\u{10FFFF}\uFEFF\u0001\\"',
  ["__proto__"]: "a field like any other",
  constructor: "also",
};

test("records are the same after the way through JSON, with bytes, -0 and any name of a field", () => {
  const sent: unknown = JSON.parse(JSON.stringify(encodeRecord(awkward)));
  expect(isJsonRecord(sent)).toBe(true);
  const back = decodeRecord(sent as ReturnType<typeof encodeRecord>);
  expect(Object.keys(back).toSorted()).toEqual(Object.keys(awkward).toSorted());
  for (const [name, value] of Object.entries(awkward)) expect(back[name], name).toStrictEqual(value);
  expect(Object.is(back["negativeZero"], -0)).toBe(true);
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
});

test("a record that JSON can hold is not copied", () => {
  const plain = { id: "a", n: 1 };
  expect(encodeRecord(plain)).toBe(plain);
  expect(decodeRecord(plain)).toBe(plain);
});

test.for([
  null,
  [],
  "text",
  { a: {} },
  { a: [] },
  { a: { $bytes: "*" } },
  { a: { $bytes: "AAA" } },
  { a: { $bytes: 1 } },
  { a: { $number: "1" } },
  { a: { $bytes: "", $number: "-0" } },
  { a: { b: { $bytes: "" } } },
])("%j is no record", (value) => {
  expect(isJsonRecord(value)).toBe(false);
});

test("a batch is the same after the way through JSON, but for what only its maker knows", () => {
  const batch: Batch = {
    tenant: "t",
    operation: { id: "o", fingerprint: "f" },
    expect: [
      { type: "present", kind: "k", key: ["a", 1] },
      { type: "equals", kind: "k", key: { unique: "u", values: ["b"] }, fields: { bytes, n: -0 } },
    ],
    writes: [
      { type: "insert", kind: "k", record: awkward, exists: "same" },
      {
        type: "insert",
        kind: "k",
        record: awkward,
        exists: { set: { bytes }, increment: { n: 1 }, maximum: { m: -1 } },
      },
      { type: "update", kind: "k", key: ["a"], set: awkward, increment: { n: 0.5 } },
      {
        type: "append",
        session: { unique: "external", values: ["u", "", "x"] },
        messages: [{ record: awkward, parent: 3 }, { record: awkward, parent: "m" }, { record: { id: "n" } }],
        exists: "replace",
        at: 4,
        moveHead: true,
        activity: 5,
      },
      { type: "remove", kind: "k", key: ["a"] },
      { type: "remove-many", kind: "k", shape: "key", prefix: ["s"], limit: 10 },
    ],
  };
  const sent: unknown = JSON.parse(JSON.stringify(encodeBatch(batch)));
  expect(parseInput(batchBody, sent, "body")).toEqual(batch);
  const fresh = {
    type: "append",
    session: ["s"],
    messages: [{ record: {}, fresh: true }],
    exists: "same",
  } as const;
  expect(JSON.stringify(encodeBatch({ tenant: "t", writes: [fresh] }))).not.toContain("fresh");
});

test.for([
  [batchBody, { writes: [{ type: "burn", kind: "k" }] }],
  [batchBody, { writes: [{ type: "remove", kind: "k", key: "a" }] }],
  [batchBody, { writes: [{ type: "remove", kind: "k", key: [null] }] }],
  [batchBody, { writes: [{ type: "update", kind: "k", key: ["a"], increment: { n: "1" } }] }],
  [batchBody, { writes: {} }],
  [batchBody, { writes: [], now: 5 }],
  [readBody, { requests: [{ type: "get", kind: "k" }] }],
  [
    readBody,
    {
      requests: [
        { type: "count", kind: "k", shape: "s", prefix: [], where: [{ field: "f", test: "has", value: 1 }] },
      ],
    },
  ],
  [searchBody, { text: { required: [{ words: [] }], excluded: [] }, order: "rank", limit: 1, skip: 0 }],
  [searchBody, { text: { required: [{ words: ["a b"] }], excluded: [] }, order: "rank", limit: 1, skip: 0 }],
  [
    searchBody,
    { text: { required: [{ words: ["\ud800"] }], excluded: [] }, order: "rank", limit: 1, skip: 0 },
  ],
] as const)("refuses what has no form that the contract knows: %#", ([schema, body]) => {
  expect(() => parseInput(schema, body, "body")).toThrow(expect.objectContaining({ code: "invalid" }));
});

const kind: Kind = {
  name: "k",
  fields: { group: { type: "text" }, id: { type: "text" }, text: { type: "text" } },
  key: ["id"],
  unique: {},
  shapes: { byGroup: ["group"] },
};
const kinds = new Map([["k", kind]]);
const query = {
  type: "query",
  kind: "k",
  shape: "byGroup",
  prefix: [],
  direction: "forward",
  limit: 9,
} as const;

function row(id: string): Row {
  return { group: "g", id, text: "x".repeat(100), revision: 1 };
}

test("answers are the same after the way through JSON", () => {
  const requests: ReadRequest[] = [
    { type: "get", kind: "k", keys: [["a"], ["b"]] },
    query,
    query,
    { type: "count", kind: "k", shape: "key", prefix: [] },
  ];
  const result = {
    position: 7,
    answers: [[row("a"), undefined], { rows: [row("a")], next: ["g", "a"] }, { rows: [] }, 3],
  };
  const sent: unknown = JSON.parse(writeReadResult(result, requests, kinds));
  expect(readReadResult(sent, requests)).toEqual(result);
  expect(readReadResult(sent, requests.slice(1))).toBeUndefined();
  expect(readReadResult(sent, requests.toReversed())).toBeUndefined();
  expect(readReadResult("<html>", requests)).toBeUndefined();
});

test("[R7, R9] a page that is long ends early, and says where to go on", () => {
  const rows = ["a", "b", "c", "d"].map(row);
  const result = { position: 1, answers: [{ rows }] };
  const limits = { pages: 200, whole: 10_000 };
  const cut = readReadResult(JSON.parse(writeReadResult(result, [query], kinds, limits)), [query]);
  expect(cut?.answers).toEqual([{ rows: rows.slice(0, 2), next: ["g", "b"] }]);
  const whole = writeReadResult(result, [{ ...query, select: "key" }], kinds, limits);
  expect(JSON.parse(whole)).toEqual(result);
  const exact = { position: 1, answers: [{ rows: rows.slice(0, 2), next: ["g", "z"] }] };
  expect(JSON.parse(writeReadResult(exact, [query], kinds, limits))).toEqual(exact);
});

test("an answer that is far too long is refused", () => {
  const get = { type: "get", kind: "k", keys: [["a"], ["b"]] } as const;
  const write = (): string =>
    writeReadResult({ position: 1, answers: [[row("a"), row("b")]] }, [get], kinds, {
      pages: 100,
      whole: 200,
    });
  expect(write).toThrow(expect.objectContaining({ code: "too_large", reason: "answer" }));
});

test("kinds differ where a declaration does, in whatever order its members stand", () => {
  const [first, ...rest] = productKinds;
  const turned = productKinds.map((each) =>
    Object.fromEntries(Object.entries(each).toReversed()),
  ) as unknown as Kind[];
  expect(differingKinds(productKinds, turned)).toEqual([]);
  expect(differingKinds(productKinds, rest)).toEqual([first?.name]);
  const grown = productKinds.map((each) => ({
    ...each,
    fields: { ...each.fields, more: { type: "text" } as const },
  }));
  expect(differingKinds(productKinds, grown)).toEqual(productKinds.map(({ name }) => name));
});

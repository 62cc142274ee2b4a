/**
 * The bodies of the store protocol: the contract's inputs as JSON. The form is checked here, so that the guard can look
 * at what it means; and records become what they were before they were encoded.
 */
import * as v from "valibot";
import { BATCH_RECORDS } from "../contract/batch-size.ts";
import type { JsonRecord } from "./field-values.ts";
import { decodeRecord, isJsonRecord } from "./field-values.ts";

const text = v.string("must be text");
const number = v.pipe(v.number("must be a number"), v.finite("must be a finite number"));
const boolean = v.boolean("must be true or false");
const scalar = v.union([text, number, boolean], "must be text, a number, true or false");
const keyValue = v.union([text, number], "must be text or a number");
const keyValues = v.array(keyValue, "must be a list");
const tenant = v.optional(text);

const record = v.pipe(
  v.custom<JsonRecord>(
    isJsonRecord,
    "must be an object of texts, numbers, true, false, null and tagged values",
  ),
  v.transform(decodeRecord),
);
/** Numbers by field. */
const sums = v.pipe(
  v.custom<JsonRecord>(
    (value) => isJsonRecord(value) && Object.values(value).every((each) => typeof each === "number"),
    "must be an object of numbers",
  ),
  v.transform((value) => value as Readonly<Record<string, number>>),
);

const key = v.union(
  [keyValues, v.strictObject({ unique: text, values: keyValues })],
  "must be a list of values, or the name and the values of a unique key",
);

const changes = {
  set: v.optional(record),
  increment: v.optional(sums),
  maximum: v.optional(sums),
};

const exists = v.picklist(["fail", "keep", "same", "replace"], "must be fail, keep, same or replace");

const write = v.variant("type", [
  v.strictObject({
    type: v.literal("insert"),
    kind: text,
    record,
    exists: v.union([exists, v.strictObject(changes)], "must be a word, or changes to merge"),
  }),
  v.strictObject({ type: v.literal("update"), kind: text, key, ...changes }),
  v.strictObject({
    type: v.literal("append"),
    session: key,
    messages: v.array(v.strictObject({ record, parent: v.optional(keyValue) }), "must be a list"),
    exists,
    at: v.optional(number),
    moveHead: v.optional(boolean),
    activity: v.optional(v.pipe(v.number("must be a number"), v.safeInteger("must be an integer"))),
  }),
  v.strictObject({ type: v.literal("remove"), kind: text, key }),
  v.strictObject({
    type: v.literal("remove-many"),
    kind: text,
    shape: text,
    prefix: keyValues,
    limit: number,
  }),
]);

const expectation = v.variant("type", [
  v.strictObject({ type: v.picklist(["present", "absent"]), kind: text, key }),
  v.strictObject({ type: v.literal("equals"), kind: text, key, fields: record }),
]);

/** A batch. */
export const batchBody = v.strictObject({
  tenant,
  operation: v.optional(v.strictObject({ id: text, fingerprint: text })),
  expect: v.optional(v.array(expectation, "must be a list")),
  writes: v.array(write, "must be a list"),
  quiet: v.optional(v.strictObject({ durable: boolean })),
});

const filter = v.variant("test", [
  v.strictObject({ field: text, test: v.picklist(["equals", "differs"]), value: scalar }),
  v.strictObject({ field: text, test: v.picklist(["above", "from", "to", "below"]), value: keyValue }),
  v.strictObject({ field: text, test: v.picklist(["contains", "has"]), value: text }),
  v.strictObject({
    field: text,
    test: v.literal("path"),
    path: v.array(text, "must be a list of texts"),
    value: v.nullable(scalar),
  }),
]);

const selection = {
  kind: text,
  shape: text,
  prefix: keyValues,
  range: v.optional(
    v.strictObject({
      above: v.optional(keyValue),
      from: v.optional(keyValue),
      to: v.optional(keyValue),
      below: v.optional(keyValue),
    }),
  ),
  where: v.optional(v.array(filter, "must be a list")),
  hidden: v.optional(boolean),
};
const select = v.optional(v.picklist(["key", "plain", "all"], "must be key, plain or all"));

const request = v.variant("type", [
  v.strictObject({
    type: v.literal("get"),
    kind: text,
    keys: v.array(key, "must be a list of keys"),
    select,
    hidden: v.optional(boolean),
  }),
  v.strictObject({
    type: v.literal("query"),
    ...selection,
    direction: v.picklist(["forward", "backward"], "must be forward or backward"),
    after: v.optional(keyValues),
    limit: number,
    select,
  }),
  v.strictObject({ type: v.literal("count"), ...selection }),
]);

/** Reads. */
export const readBody = v.strictObject({
  tenant,
  requests: v.array(request, "must be a list of requests"),
});

/** The most words and phrases of a query, and the most words of one: as `parseTextQuery` has them. */
const CLAUSES = 32;
const WORDS = 64;

const token = v.pipe(
  text,
  v.maxLength(1_024, "must have at most 1024 characters"),
  v.check((word) => /^[^\s\0]+$/.test(word) && word.isWellFormed(), "must be a token"),
);
const tokens = v.pipe(
  v.array(token, "must be a list of tokens"),
  v.minLength(1, "must not be empty"),
  v.maxLength(WORDS, `must have at most ${WORDS} tokens`),
);
const clauses = v.pipe(
  v.array(
    v.strictObject({
      words: tokens,
      prefix: v.optional(boolean),
      whole: v.optional(token),
      parts: v.optional(tokens),
    }),
    "must be a list of clauses",
  ),
  v.maxLength(CLAUSES, `must have at most ${CLAUSES} clauses`),
);

/** A search, its text as `parseTextQuery` reads it. */
export const searchBody = v.strictObject({
  tenant,
  text: v.strictObject({ required: clauses, excluded: clauses }),
  where: v.optional(
    v.strictObject({
      session: v.optional(text),
      user: v.optional(text),
      project: v.optional(text),
      tool: v.optional(text),
      role: v.optional(text),
      since: v.optional(number),
      until: v.optional(number),
    }),
  ),
  order: v.picklist(["rank", "recent"], "must be rank or recent"),
  limit: number,
  skip: number,
});

/** A request for changes. */
export const changesBody = v.strictObject({
  tenant,
  since: v.optional(text),
  where: v.optional(
    v.strictObject({
      session: v.optional(text),
      kinds: v.optional(
        v.pipe(v.array(text, "must be a list of kinds"), v.maxLength(BATCH_RECORDS, "must be shorter")),
      ),
      user: v.optional(text),
    }),
  ),
  limit: number,
});

const time = v.pipe(v.number("must be a number"), v.safeInteger("must be a time in milliseconds"));

/** What to prune. */
export const pruneBody = v.strictObject({ changes: time, operations: time });

/** Batches, reads, searches and requests for changes that are nearly right. */
import { type Field, type Kind, completeRecord, productKinds } from "@throughline/core";
import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  tuple,
} from "fast-check";

const anyText = string({ unit: "binary", maxLength: 20 });

/** A value as it should be, or any other. */
function almost(good: Arbitrary<unknown>): Arbitrary<unknown> {
  return oneof(
    { weight: 60, arbitrary: good },
    { weight: 1, arbitrary: oneof(jsonValue({ maxDepth: 2 }), anyText) },
  );
}

/** One of few, so that requests meet, or any text. */
const id = oneof(
  { weight: 60, arbitrary: constantFrom("s", "m1", "m2", "k") },
  { weight: 4, arbitrary: constant("") },
  { weight: 1, arbitrary: anyText },
);
const number = oneof(
  { weight: 30, arbitrary: constantFrom(0, 1, 2, 3, 2 ** 53 - 1) },
  { weight: 1, arbitrary: constantFrom(-1, 0.5, -(2 ** 53) + 1, 2 ** 53, 1e308, 5e-324) },
);

function valueOf({ type, nullable }: Field): Arbitrary<unknown> {
  const values = {
    text: id,
    json: constantFrom("", "{}", "[]", '{"a":1}', "null", "3", '["s"]', "{", "no json"),
    integer: number,
    real: oneof(number, constant({ $number: "-0" })),
    boolean: constantFrom(true, false),
    bytes: constantFrom({ $bytes: "" }, { $bytes: "AP8=" }),
  } satisfies Readonly<Record<Field["type"], Arbitrary<unknown>>>;
  return nullable ? oneof(values[type], constant(null)) : values[type];
}

/** Mostly a whole record, with some fields other than empty. */
function recordOf(kind: Kind, without: readonly string[] = []): Arbitrary<unknown> {
  const entries = Object.entries(kind.fields).filter(([name]) => !without.includes(name));
  const complete = completeRecord(kind, {});
  const fields = Object.fromEntries(entries.map(([name, field]) => [name, almost(valueOf(field))]));
  const bytes = entries.filter(([, { type }]) => type === "bytes").map(([name]) => [name, { $bytes: "" }]);
  const empty = Object.fromEntries([...entries.map(([name]) => [name, complete[name]]), ...bytes]) as object;
  const given = record(fields, { requiredKeys: kind.key.filter((name) => !without.includes(name)) });
  return given.map((values) => ({ ...empty, ...values }));
}

function someFields(kind: Kind, types: readonly Field["type"][]): Arbitrary<unknown> {
  const entries = Object.entries(kind.fields).filter(([, { type }]) => types.includes(type));
  return record(Object.fromEntries(entries.map(([name, field]) => [name, almost(valueOf(field))])), {
    requiredKeys: [],
  });
}

function valuesOf(kind: Kind, names: readonly string[]): Arbitrary<unknown> {
  const values = names.map((name) => {
    const { type } = kind.fields[name] as Field;
    return type === "boolean" ? constantFrom(0, 1) : type === "text" ? id : number;
  });
  return oneof(
    { weight: 40, arbitrary: constantArray(values) },
    { weight: 1, arbitrary: array(oneof(id, number), { maxLength: 4 }) },
  );
}

function constantArray(values: readonly Arbitrary<unknown>[]): Arbitrary<unknown> {
  return record(Object.fromEntries(values.map((value, index) => [`${index}`, value]))).map((each) =>
    Object.values(each),
  );
}

function keyOf(kind: Kind): Arbitrary<unknown> {
  const unique = Object.entries(kind.unique).map(([name, { fields }]) =>
    record({ unique: constant(name), values: valuesOf(kind, fields) }),
  );
  return almost(oneof(valuesOf(kind, kind.key), ...unique));
}

/** Mostly one way of changing a record: a field is changed in one way only. */
function changesOf(kind: Kind): Arbitrary<object> {
  const set = someFields(kind, ["text", "json", "integer", "real", "boolean", "bytes"]);
  const numbers = someFields(kind, ["integer", "real"]);
  return oneof(
    { weight: 5, arbitrary: record({ set }) },
    { weight: 5, arbitrary: record({ increment: numbers }) },
    { weight: 5, arbitrary: record({ maximum: numbers }) },
    { weight: 1, arbitrary: record({ set, increment: numbers, maximum: numbers }) },
  );
}

const exists = constantFrom("fail", "keep", "same", "replace");
const messages = productKinds.find(({ name }) => name === "messages") as Kind;
const sessions = productKinds.find(({ name }) => name === "sessions") as Kind;

const append = record(
  {
    type: constant("append"),
    session: keyOf(sessions),
    messages: array(
      record(
        {
          record: recordOf(messages, ["sessionId", "seq", "parentSeq", "removedAt"]),
          parent: almost(oneof(id, number)),
        },
        { requiredKeys: ["record"] },
      ),
      { maxLength: 3 },
    ),
    exists: almost(exists),
    at: almost(number),
    moveHead: almost(constantFrom(true, false)),
    activity: almost(number),
  },
  { requiredKeys: ["type", "session", "messages", "exists"] },
);

function writeTo(kind: Kind): Arbitrary<unknown> {
  const changes = changesOf(kind);
  const name = constant(kind.name);
  return oneof(
    record({
      type: constant("insert"),
      kind: name,
      record: recordOf(kind),
      exists: almost(oneof(exists, changes)),
    }),
    tuple(record({ type: constant("update"), kind: name, key: keyOf(kind) }), changes).map(
      ([update, given]) => ({ ...update, ...given }),
    ),
    record({ type: constant("remove"), kind: name, key: keyOf(kind) }),
    ...Object.entries({ key: kind.key, ...kind.shapes }).map(([shape, fields]) =>
      record({
        type: constant("remove-many"),
        kind: name,
        shape: almost(constant(shape)),
        prefix: valuesOf(kind, fields.slice(0, 1)),
        limit: almost(integer({ min: 0, max: 1_001 })),
      }),
    ),
  );
}

const anyKind = productKinds.map((kind) => ({ kind, weight: kind === sessions ? 3 : 1 }));
const write = oneof(...anyKind.map(({ kind, weight }) => ({ weight, arbitrary: writeTo(kind) })), {
  weight: 4,
  arbitrary: append,
});
const expectation = oneof(
  ...productKinds.flatMap((kind) => {
    const name = constant(kind.name);
    const fields = someFields(kind, ["text", "integer", "boolean", "bytes"]);
    return [
      record({ type: constantFrom("present", "absent"), kind: name, key: keyOf(kind) }),
      record({ type: constant("equals"), kind: name, key: keyOf(kind), fields }),
    ];
  }),
);
const writes = array(write, { minLength: 1, maxLength: 3 });
const expected = oneof(
  { weight: 6, arbitrary: constant([]) },
  { weight: 1, arbitrary: array(expectation, { maxLength: 2 }) },
);
const operation = almost(
  record({ id: oneof(id, integer().map(String)), fingerprint: constantFrom("f", "g") }),
);
const quiet = almost(record({ durable: constantFrom(true, false) }));
const batch = oneof(
  { weight: 8, arbitrary: record({ writes, expect: expected }) },
  { weight: 4, arbitrary: record({ writes, expect: expected, operation }) },
  { weight: 4, arbitrary: record({ writes, quiet }) },
  { weight: 1, arbitrary: record({ writes, operation, quiet }) },
);

function filterOn(kind: Kind): Arbitrary<unknown> {
  const field = almost(constantFrom(...Object.keys(kind.fields), "revision"));
  const path = record({
    field,
    test: constant("path"),
    path: almost(array(id, { maxLength: 2 })),
    value: almost(oneof(id, number, constant(true), constant(null))),
  });
  return oneof({ weight: 1, arbitrary: path }, { weight: 5, arbitrary: plainFilter(field) });
}

function plainFilter(field: Arbitrary<unknown>): Arbitrary<unknown> {
  return record({
    field,
    test: constantFrom("equals", "differs", "above", "from", "to", "below", "contains", "has"),
    value: almost(oneof(id, id, number)),
  });
}

function requestOn(kind: Kind): Arbitrary<unknown> {
  const shapes = Object.entries({ key: kind.key, ...kind.shapes });
  const selections = shapes.map(([shape, fields]) => ({
    kind: constant(kind.name),
    shape: almost(constant(shape)),
    prefix: valuesOf(kind, fields.slice(0, 1)),
    range: almost(record({ above: oneof(id, number), to: oneof(id, number) }, { requiredKeys: [] })),
    where: array(filterOn(kind), { maxLength: 2 }),
    hidden: almost(constantFrom(true, false)),
  }));
  const select = almost(constantFrom("key", "plain", "all"));
  return oneof(
    record(
      {
        type: constant("get"),
        kind: constant(kind.name),
        keys: array(keyOf(kind), { maxLength: 3 }),
        select,
      },
      { requiredKeys: ["type", "kind", "keys"] },
    ),
    ...selections.flatMap((selection) => [
      record(
        {
          type: constant("query"),
          ...selection,
          direction: almost(constantFrom("forward", "backward")),
          after: almost(valuesOf(kind, kind.key)),
          limit: almost(integer({ min: 0, max: 1_001 })),
          select,
        },
        { requiredKeys: ["type", "kind", "shape", "prefix", "direction", "limit"] },
      ),
      record(
        { type: constant("count"), ...selection },
        { requiredKeys: ["type", "kind", "shape", "prefix"] },
      ),
    ]),
  );
}

const clause = record(
  {
    words: array(oneof(id, constantFrom('"', "*", "a", "NEAR(", "日本")), { maxLength: 3 }),
    prefix: constantFrom(true, false),
    whole: id,
    parts: array(id, { maxLength: 2 }),
  },
  { requiredKeys: ["words"] },
);
/** A request to one of the store's paths, nearly right. */
export const storeRequest = oneof(
  { weight: 6, arbitrary: record({ path: constant("commit"), body: almost(batch) }) },
  {
    weight: 4,
    arbitrary: record({
      path: constant("read"),
      body: almost(record({ requests: array(oneof(...productKinds.map(requestOn)), { maxLength: 3 }) })),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      path: constant("search"),
      body: almost(
        record(
          {
            text: almost(
              record({
                required: array(clause, { maxLength: 2 }),
                excluded: array(clause, { maxLength: 1 }),
              }),
            ),
            where: almost(record({ session: id, user: id, role: id, since: number }, { requiredKeys: [] })),
            order: almost(constantFrom("rank", "recent")),
            limit: almost(number),
            skip: almost(number),
          },
          { requiredKeys: ["text", "order", "limit", "skip"] },
        ),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      path: constant("changes"),
      body: almost(
        record(
          {
            since: almost(id),
            where: almost(record({ session: id, user: id }, { requiredKeys: [] })),
            limit: almost(number),
          },
          { requiredKeys: ["limit"] },
        ),
      ),
    }),
  },
);

/**
 * Batches, reads, searches and requests for changes that are nearly right: whatever they are, the store behind the server
 * never fails, and what is refused has changed nothing. `FUZZ_RUNS` sets how many are tried.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Field, type Kind, completeRecord, productKinds } from "@throughline/core";
import { sqliteStore } from "@throughline/store-sqlite";
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  tuple,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { type TestServer, testServer } from "./test/test-server.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 3_000);

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
const request = oneof(
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

/** Everything that the tenant holds, as text. */
async function holdings({ throughline: { store, tenant } }: TestServer): Promise<string> {
  const requests = productKinds.map(({ name }) => ({
    type: "query" as const,
    kind: name,
    shape: "key",
    prefix: [],
    direction: "forward" as const,
    limit: 1_000,
    select: "all" as const,
    hidden: true,
  }));
  return JSON.stringify(await store.read({ tenant, requests }));
}

async function fuzz(server: TestServer, numRuns: number): Promise<Record<string, number>> {
  const taken: Record<string, number> = {};
  await assert(
    asyncProperty(request, async ({ path, body }) => {
      const before = await holdings(server);
      const { status, text } = await server.call("POST", `/v1/store/${path}`, JSON.stringify(body));
      expect([200, 400, 404, 409, 413], `${path} ${JSON.stringify(body)}: ${text}`).toContain(status);
      if (status === 200) taken[path] = (taken[path] ?? 0) + 1;
      const isUnchanged = (await holdings(server)) === before;
      expect(isUnchanged || (status === 200 && path === "commit")).toBe(true);
    }),
    { numRuns },
  );
  return taken;
}

describe("no request makes the store fail, and no refusal changes anything", () => {
  test("over a store in memory", async () => {
    const taken = await fuzz(testServer(), Math.ceil(runs / 2));
    // Otherwise it is the form alone that was tested.
    expect(Math.min(taken.commit ?? 0, taken.read ?? 0)).toBeGreaterThan(runs / 100);
  }, 3_600_000);

  test("over an SQLite file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "throughline-fuzz-"));
    const server = testServer(
      {},
      await sqliteStore({ path: join(folder, "fuzz.db"), durability: "process-crash" }),
    );
    try {
      await fuzz(server, Math.ceil(runs / 2));
    } finally {
      await server.throughline.close();
      rmSync(folder, { recursive: true });
    }
  }, 3_600_000);
});

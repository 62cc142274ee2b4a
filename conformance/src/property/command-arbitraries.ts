/** Random commands: mostly commits, and reads of every kind between them. */
import type { Filter, Get, Query, Range, ReadRequest, SearchFilter } from "@throughline/core";
import { KEY_SHAPE, orderOf, productKinds } from "@throughline/core";
import * as fc from "fast-check";
import { testKinds } from "../kinds.ts";
import type { Command } from "./command.ts";
import {
  expectations,
  numbers,
  quietWrites,
  rarely,
  sessionIds,
  sessionKeys,
  writes,
} from "./write-arbitraries.ts";

const tenants = fc.oneof(
  { weight: 4, arbitrary: fc.constant("a") },
  { weight: 1, arbitrary: fc.constant("b") },
);
const directions = fc.constantFrom("forward", "backward");
const selects = fc.constantFrom("key", "plain", "all");

const operations = fc.record({
  id: fc.constantFrom("o1", "o2", "o3"),
  fingerprint: fc.constantFrom("p", "q"),
});

const commits: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        tenant: tenants,
        writes: fc.oneof(
          { weight: 3, arbitrary: writes.map((write) => [write]) },
          { weight: 2, arbitrary: fc.array(writes, { maxLength: 3 }) },
        ),
        expect: rarely(fc.array(expectations, { maxLength: 2 })),
        operation: rarely(operations),
      })
      .map(({ tenant, operation, expect, writes: written }): Command => ({
        type: "commit",
        tenant,
        batch: { writes: written, ...(expect && { expect }), ...(operation && { operation }) },
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(tenants, fc.array(quietWrites, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([tenant, quiet, durable]): Command => ({
        type: "commit",
        tenant,
        batch: { writes: quiet, quiet: { durable } },
      })),
  },
);

const gets: fc.Arbitrary<Get> = fc.oneof(
  fc.record({
    type: fc.constant("get"),
    kind: fc.constant("sessions"),
    keys: fc.array(sessionKeys, { maxLength: 4 }),
    select: selects,
    hidden: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("get"),
    kind: fc.constant("messages"),
    keys: fc.array(fc.tuple(sessionIds, fc.integer({ min: 0, max: 5 })), { maxLength: 4 }),
    select: selects,
    hidden: fc.boolean(),
  }),
);

const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc.constant<Filter>({ field: "revision", test: "differs", value: 1 }),
  fc.constant<Filter>({ field: "title", test: "contains", value: "B" }),
  fc.constant<Filter>({ field: "rank", test: "above", value: 0 }),
);

const shapes = [...productKinds, ...testKinds].flatMap((kind) =>
  [KEY_SHAPE, ...Object.keys(kind.shapes)].map((shape) => ({ kind, shape, order: orderOf(kind, shape) })),
);
/** Shapes that random writes fill. */
const filledKinds = new Set(["sessions", "messages", "branches", ...testKinds.map(({ name }) => name)]);
const filledShapes = shapes.filter(({ kind }) => filledKinds.has(kind.name));

const selections = fc
  .record({
    at: fc.constantFrom(...filledShapes),
    prefixLength: fc.constantFrom(0, 0, 0, 1, 1, 2),
    texts: fc.tuple(fc.constantFrom("", "g", "x", "s1", "s2", "i1"), fc.constantFrom("", "a", "m1", "x")),
    values: fc.tuple(numbers, numbers),
    range: fc.option(fc.tuple(fc.constantFrom("above", "from", "to", "below"), fc.boolean()), {
      nil: undefined,
    }),
    where: rarely(filters),
    hidden: fc.boolean(),
    direction: directions,
    limit: fc.integer({ min: 1, max: 4 }),
    select: selects,
    isCount: fc.boolean(),
  })
  .map((parts): ReadRequest => {
    const { kind, shape, order } = parts.at;
    const valueAt = (index: number): string | number =>
      kind.fields[order[index] ?? ""]?.type === "text"
        ? (parts.texts[index % 2] ?? "")
        : (parts.values[index % 2] ?? 0);
    const length = Math.min(parts.prefixLength, order.length - 1);
    const prefix = order.slice(0, length).map((_, index) => valueAt(index));
    const range: Range | undefined = parts.range && { [parts.range[0]]: valueAt(length) };
    const where =
      parts.where !== undefined && (parts.where.field === "revision" || parts.where.field in kind.fields);
    const selection = {
      kind: kind.name,
      shape,
      prefix,
      hidden: parts.hidden,
      ...(range && { range }),
      ...(where && parts.where && { where: [parts.where] }),
    };
    if (parts.isCount) return { type: "count", ...selection };
    const query: Query = {
      type: "query",
      ...selection,
      direction: parts.direction,
      limit: parts.limit,
      select: parts.select,
    };
    return query;
  });

const queries = fc.constantFrom(
  "red",
  "RED car",
  '"red fox"',
  "get",
  "getUserById",
  "login",
  "東京",
  "都",
  "deja",
  "ca*",
  "red -car",
  "none",
);

const searchFilters: fc.Arbitrary<SearchFilter> = fc.record(
  {
    session: sessionIds,
    user: fc.constantFrom("u", "v"),
    project: fc.constantFrom("", "x"),
    role: fc.constantFrom("user", "assistant"),
    since: fc.integer({ min: 0, max: 3 }),
    until: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: [] },
);

const changesFilters = fc.record(
  {
    session: sessionIds,
    kinds: fc.subarray(["messages", "sessions", "test_items"]),
    user: fc.constantFrom("u", "v", ""),
  },
  { requiredKeys: [] },
);

/** Any command. */
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: commits },
  {
    weight: 4,
    arbitrary: fc
      .tuple(tenants, fc.array(fc.oneof(gets, selections), { minLength: 1, maxLength: 3 }))
      .map(([tenant, requests]): Command => ({ type: "read", tenant, requests })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(tenants, queries, rarely(searchFilters))
      .map(([tenant, query, where = {}]): Command => ({ type: "search", tenant, query, where })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        tenant: tenants,
        cursor: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
        where: rarely(changesFilters),
        limit: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ cursor, where = {}, ...rest }): Command => ({
        type: "changes",
        where,
        ...rest,
        ...(cursor !== undefined && { cursor }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(1, 99, 500)
      .map((milliseconds): Command => ({ type: "advance", milliseconds })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 100, 600), fc.constantFrom(0, 100, 600))
      .map(([changesAge, operationsAge]): Command => ({ type: "prune", changesAge, operationsAge })),
  },
);

/** Sequences of commands; most begin with some records. */
export function commandSequences(limit: number): fc.Arbitrary<readonly Command[]> {
  const begin = ["a", "b"].map((tenant): Command => ({ type: "begin", tenant }));
  return fc
    .tuple(fc.array(commands, { maxLength: limit, size: "max" }), fc.constantFrom(false, true, true, true))
    .map(([sequence, isFilled]) => (isFilled ? [...begin, ...sequence] : sequence));
}

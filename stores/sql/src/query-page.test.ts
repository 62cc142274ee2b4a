import { type Query, sessions } from "@throughline/core";
import { expect, test } from "vitest";
import { queryPage } from "./query-page.ts";

const names = Object.keys(sessions.fields);

/** The fields that a query with filters on these fields reads: the same list where it is still known. */
function fieldsRead(filtered: readonly string[]): readonly string[] {
  const where = filtered.map((field) => ({ field, test: "differs", value: "" }) as const);
  const query = {
    type: "query",
    kind: "sessions",
    shape: "key",
    prefix: [],
    direction: "forward",
    limit: 1,
    select: "key",
  };
  const ask = queryPage(sessions, { ...query, where } as Query, { now: 0, chunk: 1 }).next().value;
  if (ask === undefined || !("type" in ask) || ask.type !== "select") throw new Error("no select");
  return ask.fields;
}

test("what a query reads is found out once, whatever the order and the number of its filters", () => {
  const first = fieldsRead(["userId", "title"]);
  expect(fieldsRead(["title", "userId", "title"])).toBe(first);
});

test("lists of filters that callers make up do not fill the memory", () => {
  const first = fieldsRead(["userId"]);
  for (let mask = 0; mask < 2_000; mask += 1) fieldsRead(names.filter((_, index) => (mask >> index) & 1));
  expect(fieldsRead(["userId"])).not.toBe(first);
  expect(fieldsRead(["userId"])).toEqual(first);
});

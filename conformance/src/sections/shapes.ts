/** The orders of every kind, against a sorted model. */
import type { Kind, KeyValue, Row, Write } from "@throughline/core";
import { KEY_SHAPE, completeRecord, isExpired, orderOf, productKinds } from "@throughline/core";
import { equal, holds } from "../assertions.ts";
import type { Bench } from "../bench.ts";
import type { Declare } from "../conformance-test.ts";
import { testItems, testKinds } from "../kinds.ts";
import { append, insertItem, insertSession, message } from "../records.ts";
import { sortedRows } from "../sorted-model.ts";

const both = ["forward", "backward"] as const;

export function testShapes(test: Declare): void {
  test("[R5] every shape of every kind reads in its order, both ways, with prefixes and pages", async (bench) => {
    for (const kind of [...productKinds, ...testKinds]) {
      await fill(bench, kind);
      const rows = await bench.queryAll(kind, KEY_SHAPE, { select: "all" });
      holds(rows.length > 0, `nothing was written to ${kind.name}`);
      for (const shape of [KEY_SHAPE, ...Object.keys(kind.shapes)]) {
        await compareShape(bench, kind, shape, rows);
      }
    }
  });

  test("[R5] text is ordered by code point, and ties by the key", async (bench) => {
    const titles = [
      "",
      "a",
      "Z",
      "z",
      "ab",
      "é",
      "e\u0301",
      "\uE000",
      "\uFFFD",
      "\u{1F600}",
      "\u{10000}",
      "日",
      "~",
    ];
    const items = titles.flatMap((title) =>
      ["2", "10", "1"].map((id) => insertItem({ id: `${id}-${title}`, title })),
    );
    await bench.commit(items);
    const rows = await bench.queryAll(testItems, "title", { select: "all" });
    const points = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) ?? 0);
    const expected = items
      .map(({ record }) => [record.title as string, record.id as string])
      .toSorted((left, right) => compareLists(left.map(points), right.map(points)));
    equal(
      rows.map(({ title, id }) => [title, id]),
      expected,
    );
    const backward = await bench.queryAll(testItems, "title", { direction: "backward" });
    equal(
      backward.map(({ title, id }) => [title, id]),
      expected.toReversed(),
    );
  });
}

/** Records of a kind whose indexed values collide a lot. */
async function fill(bench: Bench, kind: Kind): Promise<void> {
  if (kind.name === "branches") return;
  if (kind.name === "messages") {
    await bench.commit([insertSession({ id: "log" }), insertSession({ id: "log-2" })]);
    const added = Array.from({ length: 20 }, (_, index) => message(`m${index}`, {}, index % 3));
    await bench.commit([append("log", added), append("log-2", added)]);
    return;
  }
  const isQuiet = kind.derived === true || kind.staged === true;
  const writes: Write[] = Array.from({ length: 24 }, (_, index) => ({
    type: "insert",
    kind: kind.name,
    exists: "keep",
    record: completeRecord(kind, valuesAt(kind, index)),
  }));
  if (kind.session !== undefined)
    await bench.commit([insertSession({ id: "t0" }, "keep"), insertSession({ id: "t1" }, "keep")]);
  await bench.commit(writes, isQuiet ? { quiet: { durable: true } } : {});
}

function valuesAt(kind: Kind, index: number): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {};
  const hidden = new Set([kind.hidden, kind.expires]);
  for (const [position, [name, field]] of Object.entries(kind.fields).entries()) {
    if (hidden.has(name)) continue;
    const isLastOfKey = name === kind.key.at(-1);
    const value = isLastOfKey ? (index * 5) % 24 : (index >> (position % 4)) % 2;
    if (field.type === "text")
      values[name] = Object.values(kind.unique).some(({ filled }) => filled === name) ? "" : `t${value}`;
    if (field.type === "integer") values[name] = value;
    if (field.type === "boolean") values[name] = value === 1;
  }
  return values;
}

async function compareShape(bench: Bench, kind: Kind, shape: string, rows: readonly Row[]): Promise<void> {
  const order = orderOf(kind, shape);
  const someRow = rows[rows.length >> 1];
  const prefixes = order
    .slice(0, -1)
    .map((_, length) => order.slice(0, length).map((field) => asIndexed(someRow?.[field])));
  for (const prefix of prefixes) {
    for (const direction of both) {
      const expected = sortedRows(kind, rows, { shape, prefix, direction });
      const actual = await bench.queryAll(kind, shape, { prefix, direction, limit: 7, select: "all" });
      equal(actual, expected, `${kind.name} by ${shape} ${JSON.stringify(prefix)} ${direction}`);
      holds(!actual.some((row) => isExpired(kind, row, bench.clock.now)), "what has ended was shown");
    }
  }
}

function asIndexed(value: unknown): KeyValue {
  return typeof value === "boolean" ? Number(value) : (value as KeyValue);
}

function compareLists(left: readonly number[][], right: readonly number[][]): number {
  const flatLeft = left.flatMap((points) => [...points, -1]);
  const flatRight = right.flatMap((points) => [...points, -1]);
  for (let index = 0; index < Math.min(flatLeft.length, flatRight.length); index += 1) {
    const order = (flatLeft[index] ?? 0) - (flatRight[index] ?? 0);
    if (order !== 0) return order;
  }
  return flatLeft.length - flatRight.length;
}

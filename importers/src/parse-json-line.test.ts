import { describe, expect, it } from "vitest";
import { parseJsonLine } from "./parse-json-line.ts";

function valuesOf(text: string): unknown[] {
  return parseJsonLine(text).records.map(({ value }) => value);
}

describe("parseJsonLine", () => {
  it("reads the one object of a line", () => {
    expect(parseJsonLine(' {"a":1}\r')).toEqual({ records: [{ value: { a: 1 }, start: 1, end: 8 }] });
  });

  it("reads objects between which the newline was lost", () => {
    const line = '{"a":"}{"}{"b":"\\"}"} {"c":{}}';
    expect(valuesOf(line)).toEqual([{ a: "}{" }, { b: '"}' }, { c: {} }]);
    expect(parseJsonLine(line).problem).toBeUndefined();
    expect(parseJsonLine(line).records.map(({ start, end }) => line.slice(start, end))).toEqual([
      '{"a":"}{"}',
      '{"b":"\\"}"}',
      '{"c":{}}',
    ]);
  });

  it("reads what was written behind a torn object, and reports the torn one", () => {
    const parsed = parseJsonLine('{"a":1}{"b":"tor{"c":3}');
    expect(parsed.records.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(parsed.problem).toBe("not valid JSON");
  });

  it("does not take an inner object of a torn one for a record", () => {
    expect(parseJsonLine('{"a":{"b":[{"c":1}, {"d":2}],"e":')).toEqual({
      records: [],
      problem: "not valid JSON",
    });
  });

  it.each(["12", "null", "[1]", '"text"'])("refuses %s, which is no object", (text) => {
    expect(parseJsonLine(text)).toEqual({ records: [], problem: "not a JSON object" });
  });

  it("refuses what is nested so deep that it could not be written again", () => {
    const deep = (levels: number): string => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(parseJsonLine(deep(999)).records).toHaveLength(1);
    for (const levels of [1000, 100_000]) {
      expect(parseJsonLine(deep(levels))).toEqual({ records: [], problem: "nested deeper than 1000 levels" });
    }
  });

  it("stays quick on a line that is nothing but beginnings", () => {
    const started = process.cpuUsage();
    expect(parseJsonLine('x{"'.repeat(300_000)).records).toEqual([]);
    // Of this process alone: other tests share the machine.
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(2000);
  });
});

import { expect, test } from "vitest";
import type { ReportLine } from "./row.ts";
import { isReached, writeReport } from "./write-report.ts";

test("a bound itself is reached, and nothing is reached without a measurement", () => {
  expect(isReached({ atMost: 1.25 }, 1.25)).toBe(true);
  expect(isReached({ atMost: 1.25 }, 1.26)).toBe(false);
  expect(isReached({ atLeast: 0.9 }, 0.9)).toBe(true);
  expect(isReached({ atLeast: 0.9 }, 0.89)).toBe(false);
  expect(isReached({ atMost: 1 }, undefined)).toBeUndefined();
  expect(isReached(undefined, 1)).toBeUndefined();
});

test("the report counts what is reached, missed and not measured, and tells why", () => {
  const line = { row: 1, unit: "× reference", product: "1 ms", reference: "1 ms", peers: "" };
  const lines: ReportLine[] = [
    { ...line, measure: "reached", goal: { atMost: 1.25 }, measured: 1.1 },
    { ...line, measure: "missed", goal: { atMost: 1.25 }, measured: 1.3 },
    { ...line, measure: "unmeasured", goal: { atMost: 1.25 }, measured: undefined },
    { ...line, measure: "information", measured: 3 },
  ];
  const report = writeReport(lines, {
    date: "2026-11-21",
    machine: "2 cores",
    rounds: 7,
    cutShort: ["row 3: 5"],
    quick: false,
    fromSources: false,
    peers: [],
    servers: ["PostgreSQL 18.4 with fsync"],
    failures: ["Row 1, other: it lost a message"],
  });
  expect(report).toContain("Of 3 goals 1 are reached, 1 are not, 1 could not be measured.");
  expect(report).toContain("7 rounds (row 3: 5).");
  expect(report).toContain("| 1 | missed | ≤ 1.25 × reference | 1.30 × reference | **no** |");
  expect(report).toContain("| 1 | unmeasured | ≤ 1.25 × reference | – | not measured |");
  expect(report).toContain("| 1 | information | for information | 3.00 × reference |  |");
  expect(report).toContain("- Row 1, other: it lost a message");
  expect(report).toContain("- Servers: PostgreSQL 18.4 with fsync.");
});

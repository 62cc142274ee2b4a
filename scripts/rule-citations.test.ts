import { expect, test } from "vitest";
import { compareRules, findCitations, findRules } from "./rule-citations.ts";

const contract = `# The contract
**C1** A batch is atomic.
- **C2** A replay is recognised; see **C1**.
  * **R10** A read sees one position.
The word **C3** inside a sentence is no rule, **X1** is of no family.
`;

function cite(source: string): string[] {
  return findCitations("sample.test.ts", source).map(({ id }) => id);
}

test("rules are the lines that begin with a bold number", () => {
  expect(findRules(contract)).toEqual(["C1", "C2", "R10"]);
});

test("citations are found in titles, in templates and in calls of rule", () => {
  expect(cite(`test("[C1] all or nothing", () => {});`)).toEqual(["C1"]);
  expect(cite("it(`[C1, R2] as ${name}`, run);")).toEqual(["C1", "R2"]);
  expect(cite(`suite.test("a page [F1] [S2]", run);`)).toEqual(["F1", "S2"]);
  expect(cite(`rule("M3", "goes back", async () => {});`)).toEqual(["M3"]);
});

test("comments, other calls and skipped tests cite nothing", () => {
  expect(cite(`// [C1]\nconst a = "[C2]"; log("C3"); log(a, "[C4]");`)).toEqual([]);
  expect(cite(`test.skip("[C1] later", () => {}); test.todo("[C2] some day");`)).toEqual([]);
});

test("a file that can't be parsed is named", () => {
  expect(() => cite("test(")).toThrow("sample.test.ts can't be parsed");
});

test("what is uncited, unknown or numbered twice is named", () => {
  const problems = compareRules(
    ["C1", "C2", "C1"],
    [
      { id: "C1", file: "a.test.ts" },
      { id: "R9", file: "b.test.ts" },
    ],
  );
  expect(problems).toEqual([
    "C1 is the number of two rules",
    "C2 is cited by no test",
    "b.test.ts cites R9, which is no rule of CONTRACT.md",
  ]);
  expect(compareRules(["C1"], [{ id: "C1", file: "a.test.ts" }])).toEqual([]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCapabilitiesTable, replaceTable } from "./capabilities-table.ts";
import { repositoryRoot } from "./list-packages.ts";

test("the README's table of stores is what the stores declare", async () => {
  const page = readFileSync(join(repositoryRoot, "README.md"), "utf8");
  expect(page).toBe(replaceTable(page, await makeCapabilitiesTable()));
});

test("only what stands between the marks is replaced", () => {
  const marked = (table: string) =>
    `before\n<!-- From what the stores declare: npm run write:capabilities -->\n\n${table}\n<!-- End of the table -->\nafter\n`;
  expect(replaceTable(marked("| old |\n"), "| new |\n")).toBe(marked("| new |\n"));
  expect(() => replaceTable("no marks", "")).toThrow(/lacks the lines/);
});

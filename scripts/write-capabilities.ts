/** Writes the table of stores into `README.md`; with `--check` it only says whether the table is as it should be. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCapabilitiesTable, replaceTable } from "./capabilities-table.ts";
import { repositoryRoot } from "./list-packages.ts";

const path = join(repositoryRoot, "README.md");
const page = readFileSync(path, "utf8");
const expected = replaceTable(page, await makeCapabilitiesTable());
if (!process.argv.includes("--check")) writeFileSync(path, expected);
else if (page !== expected) {
  console.error(
    "The table of stores in README.md is not what the stores declare: npm run write:capabilities",
  );
  process.exit(1);
}

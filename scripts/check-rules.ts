/** Checks that each numbered rule of CONTRACT.md is cited by a test, and that each citation names a rule. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listPackages, repositoryRoot } from "./list-packages.ts";
import { compareRules, findCitations, findRules } from "./rule-citations.ts";

const contractPath = join(repositoryRoot, "CONTRACT.md");
if (!existsSync(contractPath)) {
  console.error("CONTRACT.md does not exist: it holds the numbered rules");
  process.exit(1);
}
const rules = findRules(readFileSync(contractPath, "utf8"));
if (rules.length === 0) {
  console.error("CONTRACT.md has no rule: a rule is a line that begins with its number, as in **C1**");
  process.exit(1);
}

// The conformance suite is itself made of tests, whatever its files are called.
const patterns = listPackages().map(({ folder }) => `${folder}/src/**/*.test.ts`);
const files = globSync([...patterns, "conformance/src/**/*.ts"], { cwd: repositoryRoot });
const citations = [...new Set(files)].flatMap((file) =>
  findCitations(file, readFileSync(join(repositoryRoot, file), "utf8")),
);

const problems = compareRules(rules, citations);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${rules.length} rules, ${citations.length} citations`);

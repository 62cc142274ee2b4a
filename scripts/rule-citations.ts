import { parseSync, Visitor } from "oxc-parser";
import type { CallExpression } from "oxc-parser";

// The families of CONTRACT.md: commit, read, feed, search, migrations.
const ruleId = "[CRFSM]\\d+";
const ruleLine = new RegExp(`^\\s*(?:[-*]\\s+)?\\*\\*(${ruleId})\\*\\*`, "gm");
const citationInTitle = new RegExp(`\\[(${ruleId}(?:\\s*,\\s*${ruleId})*)\\]`, "g");
const wholeId = new RegExp(`^${ruleId}$`);

/** One place where a test cites a rule. */
export type Citation = { id: string; file: string };

/** Finds the ids of the rules in a contract: lines that begin with a bold id, with or without a list mark. */
export function findRules(contract: string): string[] {
  return [...contract.matchAll(ruleLine)].map((match) => match[1] ?? "");
}

/**
 * Finds the rules that the tests of a source file cite: as `[C1]` or `[C1, R2]` in the title, or as the first
 * argument of `rule("C1", …)`. A test that is skipped where it is written cites nothing.
 */
export function findCitations(file: string, source: string): Citation[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0]?.message}`);
  const citations: Citation[] = [];
  new Visitor({
    CallExpression(call) {
      const title = readTitle(call);
      if (title === undefined || isSkipped(call)) return;
      const ids = [...title.matchAll(citationInTitle)].flatMap((match) => (match[1] ?? "").split(/\s*,\s*/));
      if (call.callee.type === "Identifier" && call.callee.name === "rule" && wholeId.test(title))
        ids.push(title);
      citations.push(...ids.map((id) => ({ id, file })));
    },
  }).visit(program);
  return citations;
}

/** Compares rules with citations and says, one sentence each, what is missing, unknown or numbered twice. */
export function compareRules(rules: string[], citations: Citation[]): string[] {
  const known = new Set(rules);
  const cited = new Set(citations.map(({ id }) => id));
  return [
    ...rules
      .filter((id, index) => rules.indexOf(id) !== index)
      .map((id) => `${id} is the number of two rules`),
    ...[...known].filter((id) => !cited.has(id)).map((id) => `${id} is cited by no test`),
    ...citations
      .filter(({ id }) => !known.has(id))
      .map(({ id, file }) => `${file} cites ${id}, which is no rule of CONTRACT.md`),
  ];
}

/** The first argument of a call, when it is text; a template counts with its fixed parts. */
function readTitle(call: CallExpression): string | undefined {
  const [first] = call.arguments;
  if (first?.type === "Literal" && typeof first.value === "string") return first.value;
  if (first?.type === "TemplateLiteral") return first.quasis.map((part) => part.value.raw).join("…");
  return undefined;
}

function isSkipped({ callee }: CallExpression): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    ["skip", "todo"].includes(callee.property.name)
  );
}

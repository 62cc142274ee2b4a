import { tokenPunctuation } from "./character-class.ts";
import { findForms, type TextClause, type TextQuery } from "./text-query.ts";
import type { Tokens } from "./tokenize.ts";

/** The names of the two text columns of an FTS5 table. */
export interface Fts5Columns {
  readonly words: string;
  readonly whole: string;
  /**
   * Fits each token of the table's other columns, and each beginning of one. A clause that it does not fit is looked for
   * in all columns, as it can only be in these two: that is a tenth quicker. Default: other columns may hold anything.
   */
  readonly others?: RegExp;
}

/** Tokens of which a row must have every one in its column, such as those of a session or a user. */
export interface Fts5Scope {
  readonly column: string;
  readonly tokens: readonly string[];
}

/** The argument of `tokenize` with which FTS5 splits tokens at spaces and nowhere else; stands in double quotes. */
export const fts5Tokenizer = `ascii tokenchars '${tokenPunctuation}'`;

/** What a row holds of a text. */
export function toFts5Text(tokens: Tokens): { words: string; whole: string } {
  return { words: tokens.words.join(" "), whole: tokens.whole.join(" ") };
}

/**
 * The `MATCH` expression that finds the rows whose text `compileTextQuery` matches, in a table with `fts5Tokenizer`
 * and rows of `toFts5Text`.
 *
 * @throws RangeError for an empty query, and for a scope token that the tokenizer would split.
 */
export function toFts5Query(query: TextQuery, columns: Fts5Columns, scope?: Fts5Scope): string {
  if (query.required.length === 0) throw new RangeError("An empty query has no FTS5 expression");
  const required = [
    ...(scope?.tokens ?? []).map((token) => within([scope?.column ?? ""], quote(checkScopeToken(token)))),
    ...query.required.map((clause) => toExpression(clause, columns)),
  ].join(" AND ");
  if (query.excluded.length === 0) return required;
  return `(${required}) NOT (${query.excluded.map((clause) => toExpression(clause, columns)).join(" OR ")})`;
}

function toExpression(clause: TextClause, columns: Fts5Columns): string {
  const star = clause.prefix === true ? " *" : "";
  const forms = findForms(clause);
  const phrases = forms.map((form) => quote(form.join(" ")) + star);
  const expression = phrases.length === 1 ? phrases.join("") : `(${phrases.join(" OR ")})`;
  const { words, whole, others } = columns;
  const isOnlyHere = others !== undefined && forms.every(([first = ""]) => !others.test(first));
  return isOnlyHere ? expression : within([words, whole], expression);
}

function within(columns: readonly string[], expression: string): string {
  return `{${columns.map((column) => quote(column)).join(" ")}} : ${expression}`;
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

const scopeToken = new RegExp(`^[a-z0-9${RegExp.escape(tokenPunctuation)}]+$`, "u");

function checkScopeToken(token: string): string {
  if (scopeToken.test(token)) return token;
  throw new RangeError(`A scope token may hold only a-z, 0-9 and ${tokenPunctuation}`);
}

/** A text query as PostgreSQL's `tsquery`, clause by clause. */
import type { TextClause, TextQuery } from "@throughline/core";
import { findForms } from "@throughline/core";
import { quoteLexeme } from "./lexeme.ts";

/** The notation of one `tsquery` each. */
export interface TsQuery {
  /** What a message with one slice must match. */
  readonly all: string;
  /** What at least one slice of a message with several must match. */
  readonly any: string;
  readonly required: readonly string[];
  readonly excluded: readonly string[];
}

/** Writes a query down. Every row that is found has the words of the scope. */
export function toTsQuery({ required, excluded }: TextQuery, scope: readonly string[]): TsQuery {
  const needed = required.map(toExpression);
  const unwanted = excluded.map(toExpression);
  const within = scope.map(quoteLexeme);
  return {
    all: [...within, ...needed, ...unwanted.map((clause) => `!${clause}`)].join(" & "),
    any: [...within, `(${[...needed, ...unwanted].join(" | ")})`].join(" & "),
    required: needed,
    excluded: unwanted,
  };
}

/** A `tsquery` may hold 1 MB of words; of a longer query the searched texts are read. */
const MOST_BYTES = 900_000;

/** Whether PostgreSQL takes a query. The longest that can be typed are too long. */
export function fitsTsQuery(text: TextQuery): boolean {
  return Buffer.byteLength(toTsQuery(text, []).all) <= MOST_BYTES;
}

/** Any of the clause's forms, each a phrase. */
function toExpression(clause: TextClause): string {
  const forms = findForms(clause).map((form) => {
    const tokens = form.map(quoteLexeme).join(" <-> ");
    return `(${clause.prefix === true ? `${tokens}:*` : tokens})`;
  });
  return `(${forms.join(" | ")})`;
}

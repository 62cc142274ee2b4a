/** The answers of the store protocol as JSON, written and read back. */
import { placeOf } from "../contract/page.ts";
import type { Page, Query, ReadAnswer, ReadRequest, ReadResult } from "../contract/read.ts";
import { ThroughlineError } from "../error.ts";
import type { Kind, KeyValues, Row } from "../model/kind.ts";
import type { JsonRecord } from "./field-values.ts";
import { decodeRecord, encodeRecord, isJsonRecord } from "./field-values.ts";

/** How long an answer may be, in characters. */
export interface AnswerLimits {
  /** Beyond it, pages end early, with the place to go on from. */
  readonly pages: number;
  /** Beyond it, the read is refused. */
  readonly whole: number;
}

const defaultLimits: AnswerLimits = { pages: 64 * 1024 * 1024, whole: 256 * 1024 * 1024 };

/**
 * Writes what a read answers. A page that makes the answer long ends early, as pages may (R9).
 *
 * @throws ThroughlineError `too_large` with reason `answer` where that is not enough.
 */
export function writeReadResult(
  { position, answers }: ReadResult,
  requests: readonly ReadRequest[],
  kinds: ReadonlyMap<string, Kind>,
  limits: AnswerLimits = defaultLimits,
): string {
  let length = 0;
  const writeRow = (row: Row | undefined): string => {
    const text = row === undefined ? "null" : JSON.stringify(encodeRecord(row));
    length += text.length + 1;
    if (length > limits.whole) throw tooLarge(limits);
    return text;
  };
  const writePage = ({ rows, next }: Page, request: Query): string => {
    const texts: string[] = [];
    let place: KeyValues | undefined = next;
    for (const row of rows) {
      texts.push(writeRow(row));
      // A key alone does not say its place, and is short.
      if (length <= limits.pages || request.select === "key" || row === rows.at(-1)) continue;
      place = placeOf(kinds.get(request.kind) as Kind, request.shape, row);
      break;
    }
    return `{"rows":[${texts.join()}]${place === undefined ? "" : `,"next":${JSON.stringify(place)}`}}`;
  };
  const texts = answers.map((answer, index) => {
    if (typeof answer === "number") return String(answer);
    return "rows" in answer
      ? writePage(answer, requests[index] as Query)
      : `[${answer.map(writeRow).join()}]`;
  });
  return `{"position":${position},"answers":[${texts.join()}]}`;
}

function tooLarge({ whole }: AnswerLimits): ThroughlineError {
  return new ThroughlineError("too_large", "The answer would be too long. Read less at once.", {
    reason: "answer",
    outcome: "refused",
    details: { limit: whole },
  });
}

/** Reads it back; undefined where it is no answer to these requests. */
export function readReadResult(json: unknown, requests: readonly ReadRequest[]): ReadResult | undefined {
  const { position, answers } = Object(json) as { readonly position?: unknown; readonly answers?: unknown };
  if (typeof position !== "number" || !Array.isArray(answers) || answers.length !== requests.length) {
    return undefined;
  }
  const decoded = requests.map((request, index) => decodeAnswer(answers[index], request));
  return decoded.every((answer) => answer !== undefined) ? { position, answers: decoded } : undefined;
}

function decodeAnswer(answer: unknown, request: ReadRequest): ReadAnswer | undefined {
  if (request.type === "count") return typeof answer === "number" ? answer : undefined;
  if (request.type === "get") {
    if (!Array.isArray(answer) || answer.length !== request.keys.length) return undefined;
    return answer.every((row) => row === null || isJsonRecord(row)) ? answer.map(decodeRow) : undefined;
  }
  const { rows, next } = Object(answer) as { readonly rows?: unknown; readonly next?: unknown };
  if (!Array.isArray(rows) || !rows.every(isJsonRecord) || !(next === undefined || Array.isArray(next))) {
    return undefined;
  }
  const page = { rows: rows.map((row) => decodeRecord(row) as Row) };
  return next === undefined ? page : { ...page, next: next as KeyValues };
}

function decodeRow(row: JsonRecord | null): Row | undefined {
  return row === null ? undefined : (decodeRecord(row) as Row);
}

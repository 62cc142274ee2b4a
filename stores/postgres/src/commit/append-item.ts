import type { Append, CheckedBatch, WriteResult } from "@throughline/core";
import { columnName, messages } from "@throughline/core";
import { findPlainAppend, givenMessageFields, resultsOfAppend } from "@throughline/store-sql";
import type { AppendItem } from "./group-item.ts";

const columns = givenMessageFields.map((field) => [field, columnName(messages, field)] as const);

/**
 * The common append, for the function to carry out by itself: it does what `resolveBatch` would have done, without a
 * round trip before it. Undefined for every other batch.
 */
export function makeAppendItem(batch: CheckedBatch): AppendItem | undefined {
  const append = findPlainAppend(batch);
  if (append === undefined || append.messages.length === 0) return undefined;
  const ids = idsOf(append);
  if (ids.length > 1 && new Set(ids).size < ids.length) return undefined;
  const tokens = append.messages.reduce((sum, { record }) => sum + (record.tokenCount as number), 0);
  if (!Number.isSafeInteger(tokens)) return undefined;
  const { operation, now } = batch;
  const isFresh = append.messages.every(({ fresh }) => fresh === true);
  return {
    form: "append",
    now,
    session: (append.session as readonly string[])[0] as string,
    activity: append.activity ?? now,
    added: ids.length,
    tokens,
    messages: append.messages.map(({ record }, index) => {
      const row: Record<string, unknown> = { number: index + 1 };
      for (const [field, column] of columns) row[column] = record[field];
      return row;
    }),
    ...(append.at !== undefined && { expected: append.at }),
    ...(!isFresh && { known_ids: ids }),
    ...(operation !== undefined && {
      operation: operation.id,
      fingerprint: operation.fingerprint,
      message_ids: ids,
    }),
  };
}

/** What such an append answers when its first message has got a position. */
export function resultsOfItem(batch: CheckedBatch, firstSeq: number): readonly WriteResult[] {
  const append = batch.writes[0] as Append;
  const [session] = append.session as readonly string[];
  return resultsOfAppend({ session: session as string, firstSeq, ids: idsOf(append) });
}

function idsOf(append: Append): string[] {
  return append.messages.map(({ record }) => record.id as string);
}

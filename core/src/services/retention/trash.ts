/** Deleted sessions that are not erased yet. */
import * as v from "valibot";
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import { compareKeys } from "../../model/kind.ts";
import { pageSize } from "../../schemas/page-size.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { findErasing } from "../erasing/erasure-job.ts";
import type { ServiceContext } from "../service-context.ts";
import { type Session, toSession } from "../sessions/session.ts";
import { pagesOfSessions } from "./all-sessions.ts";
import { eraseAfter } from "./policy.ts";

export interface DeletedSession extends Session {
  readonly deletedAt: Date;
  /** When clean-up erases it; null: never by itself. */
  readonly eraseAfter: Date | null;
}

export const trashOptions = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type TrashOptions = v.InferInput<typeof trashOptions>;

const list = "trash";
const defaultLimit = 50;

/** A page of what can be brought back, deleted last first. Reads every session: about a second for 100,000. */
export async function listTrash(
  context: ServiceContext,
  given: TrashOptions,
  options: CallOptions,
): Promise<{ readonly items: readonly DeletedSession[]; readonly next?: string }> {
  const { limit = defaultLimit, cursor } = parseInput(trashOptions, given, "trash");
  const after = cursor === undefined ? undefined : readCursor(list, cursor);
  const where = [{ field: "hiddenAt", test: "above", value: 0 }] as const;
  let newest: Row[] = [];
  for await (const rows of pagesOfSessions(
    context,
    { shape: "key", prefix: [], where, hidden: true },
    options,
  )) {
    const erasing = await findErasing(
      context,
      rows.map(({ id }) => id as string),
      options,
    );
    const more = rows.filter(
      (row) =>
        !erasing.has(row.id as string) && (after === undefined || compareKeys(placeOf(row), after) < 0),
    );
    if (more.length === 0) continue;
    newest = [...newest, ...more]
      .toSorted((left, right) => compareKeys(placeOf(right), placeOf(left)))
      .slice(0, limit + 1);
  }
  const items = newest.slice(0, limit).map((row) => ({
    ...toSession(context.tenant, row),
    deletedAt: new Date(row.hiddenAt as number),
    eraseAfter: eraseAfter(row.hiddenAt as number, context.retention),
  }));
  const last = newest.length > limit ? newest[limit - 1] : undefined;
  return last === undefined ? { items } : { items, next: writeCursor(list, placeOf(last)) };
}

function placeOf(row: Row): readonly [number, string] {
  return [row.hiddenAt as number, row.id as string];
}

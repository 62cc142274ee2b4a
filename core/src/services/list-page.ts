/** Pages of lists, with their cursors. */
import type { Query } from "../contract/read.ts";
import type { CallOptions } from "../contract/store.ts";
import type { KeyValues, Row } from "../model/kind.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { sessionNotFound } from "./sessions/find-session.ts";
import type { ServiceContext } from "./service-context.ts";
import type { Page } from "./sessions/sessions.ts";

interface ListQuery {
  /** Which list it is, for its cursors: its name and all that filters and orders it. */
  readonly list: string;
  readonly query: Omit<Query, "type" | "limit" | "after">;
  readonly limit: number;
  readonly cursor: string | undefined;
}

interface ListPage<Item> extends ListQuery {
  toItem(row: Row): Item;
}

/** A page of a list that one query answers. @throws ThroughlineError `invalid` with reason `cursor` */
export async function listPage<Item>(
  context: ServiceContext,
  { toItem, ...given }: ListPage<Item>,
  options: CallOptions,
): Promise<Page<Item>> {
  const { items, ...next } = await listRows(context, given, options);
  return { items: items.map(toItem), ...next };
}

/** The records of such a page. @throws ThroughlineError `invalid` with reason `cursor` */
export async function listRows(
  { store, tenant }: ServiceContext,
  { list, query, limit, cursor }: ListQuery,
  options: CallOptions,
): Promise<Page<Row>> {
  return fillPage(list, limit, cursor, async (after, room) => {
    const from = after === undefined ? undefined : { after };
    const { answers } = await store.read(
      { tenant, requests: [{ type: "query", ...query, limit: room, ...from }] },
      options,
    );
    const { rows, next } = answers[0];
    return { items: rows, next };
  });
}

/** The records of such a page of a session, with the session. @throws ThroughlineError `not_found`; `invalid` with reason `cursor` */
export async function listRowsOf(
  sessionId: string,
  { store, tenant }: ServiceContext,
  { list, query, limit, cursor }: ListQuery,
  options: CallOptions,
): Promise<{ readonly session: Row; readonly page: Page<Row> }> {
  let session: Row = { revision: 0 };
  const page = await fillPage(list, limit, cursor, async (after, room) => {
    const from = after === undefined ? undefined : { after };
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[sessionId]] },
          { type: "query", ...query, limit: room, ...from },
        ],
      },
      options,
    );
    const [[found], { rows, next }] = answers;
    if (found === undefined) throw sessionNotFound(sessionId);
    session = found;
    return { items: rows, next };
  });
  return { session, page };
}

/** A part of a page, and the place behind it; undefined: that is the end. */
interface PartOfPage<Item> {
  readonly items: readonly Item[];
  readonly next: KeyValues | undefined;
  /** The page ends here, though it may be short. Default: false. */
  readonly isEnough?: boolean;
}

/** Fills a page where a read may answer less than there is room for, and not be the end. */
export async function fillPage<Item>(
  list: string,
  limit: number,
  cursor: string | undefined,
  readPart: (after: KeyValues | undefined, room: number) => Promise<PartOfPage<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let after = cursor === undefined ? undefined : readCursor(list, cursor);
  for (;;) {
    const part = await readPart(after, limit - items.length);
    items.push(...part.items);
    after = part.next;
    if (after === undefined) return { items };
    if (items.length >= limit || part.isEnough === true) return { items, next: writeCursor(list, after) };
  }
}

/** A page of a list that one query answers. */
import type { Query } from "../contract/read.ts";
import type { CallOptions } from "../contract/store.ts";
import type { Row } from "../model/kind.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ServiceContext } from "./service-context.ts";
import type { Page } from "./sessions.ts";

interface ListPage<Item> {
  /** Which list it is, for its cursors: its name and all that filters and orders it. */
  readonly list: string;
  readonly query: Omit<Query, "type" | "limit" | "after">;
  readonly limit: number;
  readonly cursor: string | undefined;
  toItem(row: Row): Item;
}

/** @throws ThroughlineError `invalid` with reason `cursor` */
export async function listPage<Item>(
  { store, tenant }: ServiceContext,
  { list, query, limit, cursor, toItem }: ListPage<Item>,
  options: CallOptions,
): Promise<Page<Item>> {
  const after = cursor === undefined ? undefined : { after: readCursor(list, cursor) };
  const { answers } = await store.read(
    { tenant, requests: [{ type: "query", ...query, limit, ...after }] },
    options,
  );
  const { rows, next } = answers[0];
  const items = rows.map(toItem);
  return next === undefined ? { items } : { items, next: writeCursor(list, next) };
}

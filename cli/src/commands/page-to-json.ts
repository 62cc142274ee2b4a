import type { JsonObject } from "@throughline/core";

/** A page as the HTTP API shows one; `next_cursor` only where there is one. */
export function pageToJson<Item>(
  page: { readonly items: readonly Item[]; readonly next?: string },
  toJson: (item: Item) => JsonObject,
): JsonObject {
  const items = page.items.map(toJson);
  return page.next === undefined ? { items } : { items, next_cursor: page.next };
}

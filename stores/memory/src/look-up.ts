import type { Found, Kind, KeyValues, Lookup, Row } from "@throughline/core";
import { isUniqueName, keyText, uniqueKeysOf } from "@throughline/core";
import { selectRows } from "./query.ts";
import type { Space } from "./space.ts";

/** Answers what resolving a batch asks, from committed records. */
export function lookUp(space: Space, lookup: Lookup): Found {
  switch (lookup.type) {
    case "operation":
      return space.operations.get(lookup.id);
    case "record":
      return isUniqueName(lookup.key)
        ? findUnique(space, lookup.kind, lookup.key.unique, lookup.key.values)
        : space.get(lookup.kind, lookup.key);
    case "removed":
      return space.removedRevision(lookup.kind, lookup.key);
    case "prefix":
      return selectRows(space, lookup.kind, { ...lookup, direction: "forward" }).slice(0, lookup.limit);
  }
}

/** The record that has a unique key now. */
export function findUnique(space: Space, kind: Kind, unique: string, values: KeyValues): Row | undefined {
  const wanted = keyText(values);
  for (const row of space.rows(kind).values()) {
    const own = uniqueKeysOf(kind, row).get(unique);
    if (own !== undefined && keyText(own) === wanted) return row;
  }
  return undefined;
}

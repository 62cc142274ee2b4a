import type { Found, Lookup } from "@throughline/core";
import { isUniqueName } from "@throughline/core";
import { selectRows } from "./query.ts";
import type { Space } from "./space.ts";

/** Answers what resolving a batch asks, from committed records. */
export function lookUp(space: Space, lookup: Lookup): Found {
  switch (lookup.type) {
    case "operation":
      return space.operations.get(lookup.id);
    case "record":
      return isUniqueName(lookup.key)
        ? space.getUnique(lookup.kind, lookup.key.unique, lookup.key.values)
        : space.get(lookup.kind, lookup.key);
    case "removed":
      return space.removedRevision(lookup.kind, lookup.key);
    case "prefix":
      return selectRows(space, lookup.kind, { ...lookup, direction: "forward" }).slice(0, lookup.limit);
  }
}

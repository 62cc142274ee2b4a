import type { Kind } from "./kind.ts";

/** What adapters and importers keep for themselves: (scope, collection, key) to any JSON text. */
export const state = {
  name: "state",
  key: ["scope", "collection", "key"],
  fields: {
    scope: { type: "text" },
    collection: { type: "text" },
    key: { type: "text" },
    value: { type: "json" },
    metadata: { type: "json" },
    count: { type: "integer" },
    updatedAt: { type: "integer" },
    expiresAt: { type: "integer" },
  },
  unique: {},
  shapes: { collection: ["collection", "key"] },
  expires: "expiresAt",
} as const satisfies Kind;

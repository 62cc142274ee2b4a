import type { Kind } from "./kind.ts";

/** A foreign file that was imported: kept as its bytes. */
export const sources = {
  name: "sources",
  key: ["id"],
  fields: {
    id: { type: "text" },
    toolId: { type: "text" },
    path: { type: "text" },
    /** Bytes kept so far. */
    size: { type: "integer" },
    /** SHA-256 of the first line: tells a grown file from another one at the same path. */
    firstLineHash: { type: "text" },
    createdAt: { type: "integer" },
    updatedAt: { type: "integer" },
  },
  unique: {},
  shapes: { tool: ["toolId", "createdAt"] },
} as const satisfies Kind;

/** About 64 KB of a source, by the offset of their first byte. */
export const sourceChunks = {
  name: "source_chunks",
  key: ["sourceId", "offset"],
  fields: {
    sourceId: { type: "text" },
    offset: { type: "integer" },
    /** Bytes before compression. */
    size: { type: "integer" },
    /** How `bytes` are packed: `none`, `gzip` or `zstd`. */
    encoding: { type: "text" },
    bytes: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
} as const satisfies Kind;

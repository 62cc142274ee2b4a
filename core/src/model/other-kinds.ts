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

/** A value too large for its record, by the hash of its UTF-8 bytes (SHA-256, hexadecimal). */
export const blobs = {
  name: "blobs",
  key: ["hash"],
  fields: {
    hash: { type: "text" },
    size: { type: "integer" },
    pieces: { type: "integer" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: {},
  staged: true,
} as const satisfies Kind;

/** A blob's bytes, at most 1 MiB a piece, from piece 0. */
export const blobPieces = {
  name: "blob_pieces",
  key: ["hash", "piece"],
  fields: {
    hash: { type: "text" },
    piece: { type: "integer" },
    bytes: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
  staged: true,
} as const satisfies Kind;

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

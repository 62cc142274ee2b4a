import type { Kind } from "./kind.ts";

/** A value too large for its record, by the hash of its UTF-8 bytes (SHA-256, hexadecimal). */
export const blobs = {
  name: "blobs",
  key: ["hash"],
  fields: {
    hash: { type: "text" },
    /** Bytes of the value, as they are hashed. */
    size: { type: "integer" },
    pieces: { type: "integer" },
    /** How the pieces, put together, are packed: `''` not at all, or `gzip`. */
    encoding: { type: "text" },
    createdAt: { type: "integer" },
    /**
     * When somebody last wrote it, or was about to refer to it; 0 for what was written before references were kept, which
     * is never swept.
     */
    touchedAt: { type: "integer", volatile: true },
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

/**
 * Who holds a blob: written with the record that names it. A sweep follows it and asks that record, which may have been
 * changed or removed since.
 */
export const blobReferences = {
  name: "blob_references",
  key: ["sessionId", "hash", "ownerKind", "ownerId"],
  fields: {
    /** The session that the holder belongs to; `''` for none. */
    sessionId: { type: "text" },
    hash: { type: "text" },
    /** The holder's kind: `messages`. */
    ownerKind: { type: "text" },
    /** The holder's id: of a message, its `id`. */
    ownerId: { type: "text" },
  },
  unique: {},
  shapes: { hash: ["hash"] },
  session: "sessionId",
} as const satisfies Kind;

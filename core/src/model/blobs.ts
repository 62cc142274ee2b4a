import type { Kind } from "./kind.ts";

/**
 * A value too large for its record, by the hash of its bytes (SHA-256, hexadecimal). Beside blobs lie records of what is
 * being staged, under names that are no hashes (`staging-names.ts`).
 */
export const blobs = {
  name: "blobs",
  key: ["hash"],
  fields: {
    hash: { type: "text" },
    /** Bytes of the value, as they are hashed. */
    size: { type: "integer" },
    /** 0 while they are written. */
    pieces: { type: "integer" },
    /** `gzip` where pieces are packed, each by itself; else `''`. */
    encoding: { type: "text" },
    createdAt: { type: "integer" },
    /**
     * When somebody last wrote it, or was about to refer to it; 0 where a program wrote it that keeps no references: it is
     * not swept before an upgrade of the store has found them.
     */
    touchedAt: { type: "integer", volatile: true },
  },
  unique: {},
  shapes: {},
  staged: true,
} as const satisfies Kind;

/** A blob's bytes, cut at each MiB, from piece 0; a piece that begins with 1f 8b is packed (gzip). */
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

import { zstdCompressSync } from "node:zlib";
import type { Write } from "@throughline/core";
import type { ImportSource } from "../importer.ts";

const chunkBytes = 64 * 1024;

/** Keeps the bytes of a source from one offset to another: compressed chunks, only ever added to. */
export async function* sourceChunks(
  sourceId: string,
  source: ImportSource,
  from: number,
  to: number,
): AsyncGenerator<Write, void, undefined> {
  let offset = from;
  for await (const bytes of piecesBetween(source, from, to)) {
    const packed = zstdCompressSync(bytes);
    const isSmaller = packed.length < bytes.length;
    yield {
      type: "insert",
      kind: "source_chunks",
      record: {
        sourceId,
        offset,
        size: bytes.length,
        encoding: isSmaller ? "zstd" : "none",
        bytes: isSmaller ? new Uint8Array(packed) : bytes,
      },
      exists: "keep",
    };
    offset += bytes.length;
  }
}

/** The bytes between two offsets, in pieces of a chunk's size. */
async function* piecesBetween(
  source: ImportSource,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = new Uint8Array(Math.min(chunkBytes, to - from));
  let filled = 0;
  let left = to - from;
  for await (const bytes of source.bytes(from)) {
    for (let at = 0; at < bytes.length && left > 0;) {
      const taken = bytes.subarray(at, at + Math.min(piece.length - filled, left));
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      left -= taken.length;
      if (filled < piece.length) continue;
      yield piece;
      piece = new Uint8Array(Math.min(chunkBytes, left));
      filled = 0;
    }
    if (left === 0) return;
  }
}

import type { StoredRecord, Write } from "@throughline/core";
import { chunkCodec } from "../chunk-codec.ts";
import type { ByteRange } from "../importer.ts";
import type { RememberingSource } from "./remembering-source.ts";

const chunkBytes = 64 * 1024;
const space = 0x20;

/**
 * Keeps the bytes of a source from one offset to another: compressed chunks, only ever added to. Spaces stand for those
 * that are not to be kept.
 */
export async function* sourceChunks(
  sourceId: string,
  source: RememberingSource,
  from: number,
  to: number,
  left: readonly ByteRange[] | "all",
): AsyncGenerator<Write, void, undefined> {
  let offset = from;
  for await (const bytes of piecesBetween(source, from, to)) {
    for (const [begin, length] of left === "all" ? [[from, to - from] as const] : left) {
      bytes.fill(space, Math.max(begin - offset, 0), Math.max(begin + length - offset, 0));
    }
    yield {
      type: "insert",
      kind: "source_chunks",
      record: packChunk(sourceId, offset, bytes),
      exists: "keep",
    };
    offset += bytes.length;
  }
}

/** A chunk's record: packed, unless that is no smaller. */
export function packChunk(sourceId: string, offset: number, bytes: Uint8Array): StoredRecord {
  const packed = chunkCodec.pack(bytes);
  const isSmaller = packed.length < bytes.length;
  return {
    sourceId,
    offset,
    size: bytes.length,
    encoding: isSmaller ? chunkCodec.encoding : "none",
    bytes: isSmaller ? packed : bytes,
  };
}

/** The bytes between two offsets, in pieces of a chunk's size. */
async function* piecesBetween(
  source: RememberingSource,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let piece = new Uint8Array(Math.min(chunkBytes, to - from));
  let filled = 0;
  let left = to - from;
  for await (const bytes of source.again(from)) {
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

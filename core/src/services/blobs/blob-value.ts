import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { PIECE_BYTES, isPacked } from "../../contract/blob-pieces.ts";
import { gzip } from "../../contract/stream-bytes.ts";

/** A value that lies apart from its record. */
export interface BlobValue {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** A text as it lies apart. */
export async function blobOfText(text: string): Promise<BlobValue> {
  return blobOfBytes(utf8ToBytes(text));
}

export async function blobOfBytes(bytes: Uint8Array): Promise<BlobValue> {
  return { hash: bytesToHex(await digest(bytes)), bytes };
}

/** The platform's digest leaves the thread to others. Pages that came over plain HTTP have none. */
async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  const { subtle } = globalThis.crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) return sha256(bytes);
  return new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}

/** Pieces of a blob. One of no bytes has an empty one: a record without pieces is not whole. */
export function countPieces(bytes: Uint8Array): number {
  return Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
}

/**
 * One piece as it is stored: packed where that saves at least a tenth. Each is packed by itself, so a piece holds the
 * same bytes whoever packed it, and pieces of several writers fit together.
 */
export async function packPiece({ bytes }: BlobValue, piece: number): Promise<Uint8Array> {
  const plain = bytes.slice(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
  const packed = await gzip(plain);
  return isPacked(plain) || packed.length <= plain.length * 0.9 ? packed : plain;
}

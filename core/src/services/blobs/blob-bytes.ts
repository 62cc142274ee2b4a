/** The bytes of a blob, as they were given, for those who keep content as it is. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { PIECE_BYTES, isPacked, joinBytes, pieceTooLarge } from "../../contract/blob-pieces.ts";
import { gunzip } from "../../contract/stream-bytes.ts";
import type { CallOptions } from "../../contract/store.ts";
import { makeRest } from "../../backend/search/rest.ts";
import type { ServiceContext } from "../service-context.ts";
import { damaged } from "./fetch-blobs.ts";

/** A blob that is there whole. */
export interface StoredBlob {
  readonly hash: string;
  readonly size: number;
  readonly pieces: number;
}

/** What is known of a blob; undefined where it is not there, or not whole yet. */
export async function findBlob(
  { store, tenant }: ServiceContext,
  hash: string,
  options: CallOptions,
): Promise<StoredBlob | undefined> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "blobs", keys: [[hash]] }] },
    options,
  );
  const [[row]] = answers;
  if (row === undefined || row.pieces === 0) return undefined;
  return { hash, size: row.size as number, pieces: row.pieces as number };
}

/**
 * The bytes of a blob, piece by piece, at most one MiB each. They are hashed on the way: what was changed on disk is told
 * at the end at the latest.
 *
 * @throws ThroughlineError `unavailable` with reason `damaged`, also where it was removed meanwhile
 */
export async function* readBlob(
  { store, tenant }: ServiceContext,
  { hash, size, pieces }: StoredBlob,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = sha256.create();
  const rest = makeRest();
  let bytes = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "blob_pieces", keys: [[hash, piece]], select: "all" }] },
      options,
    );
    const plain = await unpack(hash, answers[0][0]?.bytes as Uint8Array | undefined);
    bytes += plain.length;
    digest.update(plain);
    if (piece === pieces - 1 && (bytes !== size || bytesToHex(digest.digest()) !== hash)) throw damaged(hash);
    yield plain;
    await rest();
  }
}

/** All of them at once. @throws ThroughlineError `unavailable` with reason `damaged` */
export async function readWholeBlob(
  context: ServiceContext,
  blob: StoredBlob,
  options: CallOptions,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readBlob(context, blob, options)) pieces.push(piece);
  return joinBytes(pieces, blob.size);
}

async function unpack(hash: string, piece: Uint8Array | undefined): Promise<Uint8Array> {
  if (piece === undefined) throw damaged(hash);
  if (!isPacked(piece)) return piece;
  try {
    return await gunzip(piece, PIECE_BYTES, pieceTooLarge);
  } catch (error) {
    throw damaged(hash, error);
  }
}

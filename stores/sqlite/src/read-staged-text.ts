import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { PIECE_BYTES, isPacked, searchedBlobs, textOfMessage } from "@throughline/core";
import type { SearchedMessage } from "./changed-messages.ts";
import { readPieces } from "./changed-messages.ts";
import type { Connection } from "./connection.ts";
import { retryFairly } from "./fair-retry.ts";

const unpack = promisify(gunzip);

/** Reads the text of a message whose content is staged; its pieces are unpacked beside the event loop. */
export async function readStagedText(reader: () => Connection, message: SearchedMessage): Promise<string> {
  const values = new Map<string, readonly Uint8Array[]>();
  for (const hash of searchedBlobs({ ...message })) {
    const pieces = await retryFairly(() => readPieces(reader(), message.tenant, hash));
    values.set(hash, await Promise.all(pieces.map(unpackPiece)));
  }
  return textOfMessage({ ...message }, (hash) => values.get(hash) ?? []);
}

async function unpackPiece(piece: Uint8Array): Promise<Uint8Array> {
  return isPacked(piece) ? unpack(piece, { maxOutputLength: PIECE_BYTES }) : piece;
}

import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { PIECE_BYTES, isPacked } from "@throughline/core";

const unpack = promisify(gunzip);

/**
 * The text of a large value from its pieces, as `decodePieces` gives it, but piece by piece: unpacked beside the event
 * loop, and with a turn for others after each.
 */
export async function decodeInTurns(pieces: readonly Uint8Array[]): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (const piece of pieces) {
    const bytes = isPacked(piece) ? await unpack(piece, { maxOutputLength: PIECE_BYTES }) : piece;
    text += decoder.decode(bytes, { stream: true });
    if (pieces.length > 1) await nextTurn();
  }
  return text + decoder.decode();
}

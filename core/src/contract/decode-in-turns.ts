import { PIECE_BYTES, isPacked, pieceTooLarge } from "./blob-pieces.ts";
import { gunzip } from "./stream-bytes.ts";

/**
 * The text of a large value from its pieces, as `decodePieces` gives it, but piece by piece: unpacked beside the event
 * loop where the platform can, and with a turn for others (`rest`) after each.
 */
export async function decodeInTurns(
  pieces: readonly Uint8Array[],
  rest: () => Promise<unknown>,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (const piece of pieces) {
    const bytes = isPacked(piece) ? await gunzip(piece, PIECE_BYTES, pieceTooLarge) : piece;
    text += decoder.decode(bytes, { stream: true });
    if (pieces.length > 1) await rest();
  }
  return text + decoder.decode();
}

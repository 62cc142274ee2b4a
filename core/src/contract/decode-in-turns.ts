import { PIECE_BYTES, isPacked, pieceTooLarge } from "./blob-pieces.ts";
import { gunzip } from "./stream-bytes.ts";

/**
 * The text of a large value from its pieces, as `decodePieces` gives it, but piece by piece: unpacked beside the event
 * loop where the platform can, and with a turn for others (`rest`) after each. What is damaged has no text: a search goes on
 * without it, and whoever reads the message is told.
 */
export async function decodeInTurns(
  pieces: readonly Uint8Array[],
  rest: () => Promise<unknown>,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for (const piece of pieces) {
      const bytes = isPacked(piece) ? await gunzip(piece, PIECE_BYTES, pieceTooLarge) : piece;
      text += decoder.decode(bytes, { stream: true });
      if (pieces.length > 1) await rest();
    }
    return text + decoder.decode();
  } catch (error) {
    if (isDamage(error)) return "";
    throw error;
  }
}

/** Bytes that are not packed as they say (zlib's own errors in Node), unpack to too much, or are no UTF-8. */
function isDamage(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

/** A blob's bytes as they are stored: cut into pieces, each of which may be packed by itself. */
import { Gunzip } from "fflate";

/** Bytes of the value that one piece holds. */
export const PIECE_BYTES = 1024 * 1024;
/** Bytes fed to the unpacking at once: they grow a thousandfold at most before it is stopped. */
const fedBytes = 16 * 1024;

/**
 * Whether a piece is packed. A value's own bytes never begin so: text can't, as 8b follows no ASCII character in UTF-8,
 * and other bytes that do are always packed.
 */
export function isPacked(piece: Uint8Array): boolean {
  return piece[0] === 0x1f && piece[1] === 0x8b;
}

/**
 * A piece's bytes of the value, for those who can't wait.
 *
 * @throws RangeError if it holds more than a piece may.
 */
export function unpackPiece(piece: Uint8Array): Uint8Array {
  if (!isPacked(piece)) return piece;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const gunzip = new Gunzip((chunk) => {
    bytes += chunk.length;
    if (bytes > PIECE_BYTES) throw pieceTooLarge();
    chunks.push(chunk);
  });
  for (let begin = 0; begin < piece.length; begin += fedBytes) {
    gunzip.push(piece.subarray(begin, begin + fedBytes), begin + fedBytes >= piece.length);
  }
  return joinBytes(chunks, bytes);
}

/** Each piece is cut at 1 MiB before it is packed: one that unpacks to more was made by something else. */
export function pieceTooLarge(): RangeError {
  return new RangeError(`A piece of a large value unpacks to more than ${PIECE_BYTES} bytes.`);
}

export function joinBytes(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(length);
  let end = 0;
  for (const chunk of chunks) {
    joined.set(chunk, end);
    end += chunk.length;
  }
  return joined;
}

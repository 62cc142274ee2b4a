import type { StoredRecord } from "../model/kind.ts";
import { decodeContent, textOfContent } from "../model/message-content.ts";

/**
 * What can be searched of a message record. `fetchBlob` gives the pieces of staged content, in order; content whose
 * pieces are gone has no text.
 */
export function textOfMessage(row: StoredRecord, fetchBlob: (hash: string) => readonly Uint8Array[]): string {
  const content = row.content as string;
  const format = row.contentFormat as string;
  if (format !== "blob") return textOfContent(decodeContent(content, format));
  const pieces = fetchBlob(content);
  return pieces.length === 0 ? "" : textOfContent(decodeContent(decodePieces(pieces), "json"));
}

/** UTF-8 text that was cut into pieces anywhere. */
export function decodePieces(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
}

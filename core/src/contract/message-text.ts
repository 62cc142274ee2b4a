import type { StoredRecord } from "../model/kind.ts";
import { decodeContent, textOfContent } from "../model/message-content.ts";
import { unpackPiece } from "./blob-pieces.ts";
import { joinContent, readCutContent } from "./cut-content.ts";

/**
 * What can be searched of a message record. `fetchBlob` gives the pieces of a blob that `searchedBlobs` names, in order,
 * or its text, decoded already; what pieces are gone of has no text.
 */
export function textOfMessage(
  row: StoredRecord,
  fetchBlob: (hash: string) => readonly Uint8Array[] | string,
): string {
  const content = row.content as string;
  const format = row.contentFormat as string;
  const fetchText = (hash: string): string => {
    const found = fetchBlob(hash);
    return (typeof found === "string" ? found : decodePieces(found)) || emptyJson;
  };
  if (format === "blob") return textOfContent(decodeContent(fetchText(content), "json"));
  if (format !== "parts") return textOfContent(decodeContent(content, format));
  const { texts, blobs } = readCutContent(content);
  const values = blobs.map(({ hash, searched }) => (searched ? fetchText(hash) : emptyJson));
  return textOfContent(decodeContent(joinContent(texts, values), "json"));
}

/** JSON text of a string that is empty. */
const emptyJson = '""';

/** The blobs that hold text of a message, each once. */
export function searchedBlobs(row: StoredRecord): readonly string[] {
  if (row.contentFormat === "blob") return [row.content as string];
  if (row.contentFormat !== "parts") return [];
  const { blobs } = readCutContent(row.content as string);
  return [...new Set(blobs.filter(({ searched }) => searched).map(({ hash }) => hash))];
}

/** UTF-8 text that was cut into pieces anywhere, each of which may be packed. */
export function decodePieces(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const text = pieces.map((piece) => decoder.decode(unpackPiece(piece), { stream: true })).join("");
  return text + decoder.decode();
}

import type { StoredRecord } from "../model/kind.ts";
import { decodeContent, textOfContent } from "../model/message-content.ts";
import { unpackPiece } from "./blob-pieces.ts";
import { joinContent, readCutContent } from "./cut-content.ts";

/**
 * What can be searched of a message record. `fetchBlob` gives the pieces of a blob that `searchedBlobs` names, in order,
 * or its text, decoded already; what pieces are gone of, or what is damaged, has no text.
 */
export function textOfMessage(
  row: StoredRecord,
  fetchBlob: (hash: string) => readonly Uint8Array[] | string,
): string {
  const content = row.content as string;
  const format = row.contentFormat as string;
  const fetchText = (hash: string): string => {
    const found = fetchBlob(hash);
    return (typeof found === "string" ? found : decodeReadable(found)) || emptyJson;
  };
  if (format === "blob") {
    const json = fetchText(content);
    return orDamaged(() => textOfContent(decodeContent(json, "json"))) ?? "";
  }
  if (format !== "parts") return textOfContent(decodeContent(content, format));
  const { texts, blobs } = readCutContent(content);
  const values = blobs.map(({ hash, searched }) => (searched ? fetchText(hash) : emptyJson));
  const join = (parts: readonly string[]): string =>
    textOfContent(decodeContent(joinContent(texts, parts), "json"));
  return orDamaged(() => join(values)) ?? join(values.map((value) => (isJson(value) ? value : emptyJson)));
}

function isJson(text: string): boolean {
  return orDamaged(() => JSON.parse(text) as unknown) !== undefined;
}

/** Undefined where a text is no JSON, or other JSON than a message has: nothing else can fail there. */
function orDamaged<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
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

/** Without text where they can't be unpacked or decoded, whatever the error. */
function decodeReadable(pieces: readonly Uint8Array[]): string {
  try {
    return decodePieces(pieces);
  } catch {
    return "";
  }
}

/** UTF-8 text that was cut into pieces anywhere, each of which may be packed. */
export function decodePieces(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const text = pieces.map((piece) => decoder.decode(unpackPiece(piece), { stream: true })).join("");
  return text + decoder.decode();
}

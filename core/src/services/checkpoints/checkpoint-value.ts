/** How the fields of a checkpoint are written: JSON text, or the hash of what lies apart because it is large. */
import type { StoredRecord } from "../../model/kind.ts";
import { type BlobValue, blobOfText } from "../blobs/blob-value.ts";

/** Bytes above which a field lies apart. */
const largeBytes = 64 * 1024;

export interface EncodedField {
  readonly text: string;
  readonly size: number;
  /** What has to be staged. */
  readonly blob?: BlobValue;
}

export async function encodeField(json: string): Promise<EncodedField> {
  const size = new TextEncoder().encode(json).length;
  if (size <= largeBytes) return { text: `{"value":${json}}`, size };
  const blob = await blobOfText(json);
  return { text: `{"blob":"${blob.hash}"}`, size, blob };
}

/** The JSON text of a field, with what lies apart by its hash. */
export function decodeField(text: string, texts: ReadonlyMap<string, string>): string {
  const hash = hashIn(text);
  return hash === undefined ? text.slice('{"value":'.length, -1) : (texts.get(hash) ?? "null");
}

function hashIn(text: string): string | undefined {
  return /^\{"blob":"([0-9a-f]{64})"\}$/.exec(text)?.[1];
}

/** The blobs that a checkpoint names. */
export function blobsOfCheckpoint({ context, state }: StoredRecord): readonly string[] {
  const hashes = [context, state].map((text) => (typeof text === "string" ? hashIn(text) : undefined));
  return [...new Set(hashes.filter((hash) => hash !== undefined))];
}

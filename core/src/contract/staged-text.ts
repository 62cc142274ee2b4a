/** How a large field of a message is named once it lies apart: by the hash of its JSON text. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StoredRecord } from "../model/kind.ts";

export interface StagedText {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** The JSON text in UTF-8. */
  readonly bytes: Uint8Array;
}

/** A message record with its content staged, and what is to be stored for it. It must not be staged yet. */
export function stageContent(record: StoredRecord): { record: StoredRecord; text: StagedText } {
  const content = record.content as string;
  const text = stagedText(record.contentFormat === "" ? JSON.stringify(content) : content);
  return { record: { ...record, content: text.hash, contentFormat: "blob" }, text };
}

/** The same for the native payload; undefined where there is none that can be staged. */
export function stageNative(record: StoredRecord): { record: StoredRecord; text: StagedText } | undefined {
  const native = record.native as string;
  if (!native.startsWith('{"format"') || !native.includes('"text"')) return undefined;
  const { format, text: payload } = JSON.parse(native) as { format: string; text?: string };
  if (payload === undefined) return undefined;
  // JSON text, because the payload may be any JavaScript string.
  const text = stagedText(JSON.stringify(payload));
  return { record: { ...record, native: JSON.stringify({ format, blob: text.hash }) }, text };
}

function stagedText(json: string): StagedText {
  const bytes = utf8ToBytes(json);
  return { hash: bytesToHex(sha256(bytes)), bytes };
}

/** Whether a native payload is written as the hash of what lies apart. */
export function isStagedNative(native: unknown): native is string {
  return typeof native === "string" && native.endsWith('"}') && native.includes('"blob":"');
}

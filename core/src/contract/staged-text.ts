/** How a large field of a message is named once it lies apart: by the hash of its JSON text. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StoredRecord } from "../model/kind.ts";
import { readCutContent } from "./cut-content.ts";

/** The JSON text of a message's content, which must not be staged. */
export function contentJson({ content, contentFormat }: StoredRecord): string {
  return contentFormat === "" ? JSON.stringify(content) : (content as string);
}

/** A native payload that can be staged: its text as JSON text, because it may be any JavaScript string. */
export function nativeJson(native: unknown): { format: string; json: string } | undefined {
  if (typeof native !== "string" || !native.startsWith('{"format"') || !native.includes('"text"'))
    return undefined;
  const { format, text } = JSON.parse(native) as { format: string; text?: string };
  return text === undefined ? undefined : { format, json: JSON.stringify(text) };
}

/** A native payload that lies apart. */
export function stagedNative(format: string, hash: string): string {
  return JSON.stringify({ format, blob: hash });
}

/** Whether a native payload is written as the hash of what lies apart. */
export function isStagedNative(native: unknown): native is string {
  return typeof native === "string" && native.endsWith('"}') && native.includes('"blob":"');
}

/** The blob that a native payload is in; undefined if it is in none. */
export function blobOfNative(native: unknown): { format: string; hash: string } | undefined {
  if (!isStagedNative(native)) return undefined;
  const { format, blob } = JSON.parse(native) as { format: string; blob?: string };
  return blob === undefined ? undefined : { format, hash: blob };
}

/** Whether content, or a part of it, lies apart. */
export function isStagedContent(contentFormat: unknown): boolean {
  return contentFormat === "blob" || contentFormat === "parts";
}

/** The blobs that a message names, each once. `native` counts only if it was read. */
export function blobsOfMessage({ content, contentFormat, native }: StoredRecord): readonly string[] {
  const hashes = new Set<string>();
  if (contentFormat === "blob") hashes.add(content as string);
  if (contentFormat === "parts")
    for (const { hash } of readCutContent(content as string).blobs) hashes.add(hash);
  const blob = blobOfNative(native);
  if (blob !== undefined) hashes.add(blob.hash);
  return [...hashes];
}

/** A record with its content named by the hash of the whole, however it is stored: equal for equal content. */
export function withContentHash(record: StoredRecord): StoredRecord {
  if (record.contentFormat === "blob") return record;
  const hash =
    record.contentFormat === "parts"
      ? readCutContent(record.content as string).hash
      : hashOfText(contentJson(record));
  return { ...record, content: hash, contentFormat: "blob" };
}

/** A record with its native payload named by its hash, if it can be. */
export function withNativeHash(record: StoredRecord): StoredRecord {
  const native = isStagedNative(record.native) ? undefined : nativeJson(record.native);
  if (native === undefined) return record;
  return { ...record, native: stagedNative(native.format, hashOfText(native.json)) };
}

function hashOfText(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

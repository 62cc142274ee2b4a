/** How large a batch may be, and how large one is. */
import type { FieldValue, StoredRecord } from "../model/kind.ts";
import type { Batch, Write } from "./batch.ts";

/** Records that one batch may hold: each appended message counts, its session does not. */
export const BATCH_RECORDS = 1_000;
/** Bytes that one batch may hold. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/** The bytes of a batch's records, in UTF-8. */
export function batchBytes(batch: Batch): number {
  return batch.writes.reduce((sum, write) => sum + writeBytes(write, recordBytes), 0);
}

/** At least as much as `batchBytes`, and quickly. */
export function boundOfBatchBytes(batch: Batch): number {
  return batch.writes.reduce((sum, write) => sum + writeBytes(write, boundOfRecordBytes), 0);
}

function writeBytes(write: Write, count: (record: StoredRecord) => number): number {
  if (write.type === "insert") {
    return count(write.record) + (typeof write.exists === "string" ? 0 : count(write.exists.set ?? {}));
  }
  if (write.type === "update") return count(write.set ?? {});
  if (write.type !== "append") return 0;
  return write.messages.reduce((sum, { record }) => sum + count(record), 0);
}

/** At least as much as `recordBytes`, without reading texts: UTF-8 has at most three bytes a UTF-16 unit. */
export function boundOfRecordBytes(record: StoredRecord): number {
  let bytes = 0;
  for (const name in record) {
    const value = record[name];
    bytes += typeof value === "string" ? value.length * 3 : valueBytes(value);
  }
  return bytes;
}

/** Bytes of UTF-8 and of blobs, as a batch counts them. */
export function recordBytes(record: StoredRecord): number {
  let bytes = 0;
  for (const name in record) bytes += valueBytes(record[name]);
  return bytes;
}

function valueBytes(value: FieldValue | undefined): number {
  if (typeof value === "string") return utf8Length(value);
  return value instanceof Uint8Array ? value.length : 8;
}

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // A surrogate pair is two units and four bytes.
    if (unit > 0x7f) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

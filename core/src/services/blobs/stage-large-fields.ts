/** Large fields lie apart from their records, as blobs: stored before the batch that names them. */
import { boundOfRecordBytes, recordBytes } from "../../contract/batch-size.ts";
import { type CutContent, cutContent } from "../../contract/cut-content.ts";
import { contentJson, nativeJson, stagedNative } from "../../contract/staged-text.ts";
import { ThroughlineError } from "../../error.ts";
import type { StoredRecord } from "../../model/kind.ts";
import { type BlobValue, blobOfText } from "./blob-value.ts";
import type { StagedBlobs } from "./staged-blobs.ts";

/** Bytes above which a field, or a part of content, always lies apart. */
const largeBytes = 64 * 1024;
/** Bytes that the records of one append may hold inline, with room for what else its batch says. */
const inlineBytes = 3.5 * 1024 * 1024;
/** Bytes of one message, and of one append. */
const messageBytes = 16 * 1024 * 1024;

/** The bytes of each record and of all. @throws ThroughlineError `too_large` where they are more than one append may have */
export function checkBytes(records: readonly StoredRecord[]): {
  readonly sizes: readonly number[];
  readonly total: number;
} {
  const sizes = records.map(recordBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= messageBytes) return { sizes, total };
  const what = records.length === 1 ? "A message" : "One append";
  throw new ThroughlineError(
    "too_large",
    `${what} may have at most ${messageBytes} bytes; this has ${total}.`,
    {
      reason: "message",
      outcome: "refused",
      details: { limit: messageBytes, bytes: total },
    },
  );
}

/** The records as they go into a batch: fields that are too large for it are staged, the largest first. */
export async function stageLargeFields(
  blobs: StagedBlobs,
  records: readonly StoredRecord[],
): Promise<readonly StoredRecord[]> {
  // Most appends are small, and their texts need not be read to know it.
  if (areSmall(records)) return records;
  const { sizes, total } = checkBytes(records);
  const staged = [...records];
  const values: BlobValue[] = [];
  let inline = total;
  const largestFirst = sizes
    .map((size, index) => ({ size, index }))
    .toSorted((left, right) => right.size - left.size);
  for (const { size, index } of largestFirst) {
    if (size <= largeBytes && inline <= inlineBytes) break;
    staged[index] = await stageFields(staged[index] as StoredRecord, inline > inlineBytes, values);
    inline -= size - recordBytes(staged[index]);
  }
  await blobs.stage(values);
  return staged;
}

function areSmall(records: readonly StoredRecord[]): boolean {
  let total = 0;
  for (const record of records) {
    const bound = boundOfRecordBytes(record);
    total += bound;
    if (bound > largeBytes || total > inlineBytes) return false;
  }
  return true;
}

/** One record with its large fields named by hash; their values are added to `values`. */
async function stageFields(
  record: StoredRecord,
  always: boolean,
  values: BlobValue[],
): Promise<StoredRecord> {
  let staged = record;
  const content = record.content as string;
  if (isLarge(content) || (always && content !== "")) {
    staged = { ...staged, ...(await stageContent(record, values)) };
  }
  const native = isLarge(record.native as string) || always ? nativeJson(record.native) : undefined;
  if (native !== undefined) {
    const value = await blobOfText(native.json);
    values.push(value);
    staged = { ...staged, native: stagedNative(native.format, value.hash) };
  }
  return staged;
}

/** Its large parts apart, each by itself; the whole where what is left of it would still be large. */
async function stageContent(record: StoredRecord, values: BlobValue[]): Promise<StoredRecord> {
  const json = contentJson(record);
  const whole = await blobOfText(json);
  const cuts = cutContent(json, isLarge);
  const isCut = cuts !== undefined && !isLarge(cuts.texts.join(""));
  if (!isCut) {
    values.push(whole);
    return { content: whole.hash, contentFormat: "blob" };
  }
  const parts = await Promise.all(cuts.values.map((value) => blobOfText(value.json)));
  values.push(...parts);
  const content: CutContent = {
    hash: whole.hash,
    texts: cuts.texts,
    blobs: parts.map(({ hash }, index) => ({ hash, searched: cuts.values[index]?.searched === true })),
  };
  return { content: JSON.stringify(content), contentFormat: "parts" };
}

function isLarge(text: string): boolean {
  if (text.length * 3 <= largeBytes) return false;
  return text.length > largeBytes || new TextEncoder().encode(text).length > largeBytes;
}

/** Large fields lie apart from their records, as pieces by hash: written before the batch that names them. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Write } from "../contract/batch.ts";
import { decodePieces } from "../contract/message-text.ts";
import { type StagedText, isStagedNative, stageContent, stageNative } from "../contract/staged-text.ts";
import { ThroughlineError } from "../error.ts";
import type { Row, StoredRecord } from "../model/kind.ts";
import { recordBytes } from "../contract/batch-size.ts";
import type { ServiceContext } from "./service-context.ts";

/** Bytes above which a field is always staged. */
const stagedBytes = 64 * 1024;
const pieceBytes = 1024 * 1024;
const piecesPerBatch = 3;
/** Bytes that the records of one append may hold inline, with room for what else its batch says. */
const inlineBytes = 3.5 * 1024 * 1024;
/** Bytes of one message, and of one append. */
const messageBytes = 16 * 1024 * 1024;

/** The records as they go into a batch: fields that are too large for it are staged, the largest first. */
export async function stageLargeFields(
  context: ServiceContext,
  records: readonly StoredRecord[],
): Promise<readonly StoredRecord[]> {
  // Most appends are small: UTF-8 has at most three bytes a UTF-16 unit.
  if (records.every(isSmall) && records.length * stagedBytes <= inlineBytes) return records;
  const sizes = records.map(recordBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > messageBytes) {
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
  const staged = [...records];
  let inline = total;
  const largestFirst = sizes
    .map((size, index) => ({ size, index }))
    .toSorted((left, right) => right.size - left.size);
  for (const { size, index } of largestFirst) {
    if (size <= stagedBytes && inline <= inlineBytes) break;
    staged[index] = await stageFields(context, staged[index] as StoredRecord, inline > inlineBytes);
    inline -= size - recordBytes(staged[index]);
  }
  return staged;
}

function isSmall(record: StoredRecord): boolean {
  const { content, native, metadata } = record as Readonly<Record<string, string>>;
  return ((content?.length ?? 0) + (native?.length ?? 0) + (metadata?.length ?? 0)) * 3 <= stagedBytes;
}

async function stageFields(
  context: ServiceContext,
  record: StoredRecord,
  always: boolean,
): Promise<StoredRecord> {
  const isLarge = (text: string): boolean =>
    text !== "" && (always || utf8ToBytes(text).length > stagedBytes);
  let staged = record;
  if (isLarge(record.content as string)) {
    const content = stageContent(staged);
    await storeText(context, content.text);
    staged = content.record;
  }
  const native = isLarge(record.native as string) ? stageNative(staged) : undefined;
  if (native !== undefined) {
    await storeText(context, native.text);
    staged = native.record;
  }
  return staged;
}

async function storeText(context: ServiceContext, { hash, bytes }: StagedText): Promise<void> {
  const { store, tenant } = context;
  const known = await store.read({ tenant, requests: [{ type: "get", kind: "blobs", keys: [[hash]] }] });
  if (known.answers[0][0] !== undefined) return;
  const pieces = Math.ceil(bytes.length / pieceBytes);
  const writes: Write[] = Array.from({ length: pieces }, (_, piece) => ({
    type: "insert",
    kind: "blob_pieces",
    record: { hash, piece, bytes: bytes.slice(piece * pieceBytes, (piece + 1) * pieceBytes) },
    exists: "keep",
  }));
  for (let begin = 0; begin < writes.length; begin += piecesPerBatch) {
    await store.commit({
      tenant,
      writes: writes.slice(begin, begin + piecesPerBatch),
      quiet: { durable: true },
    });
  }
  // Last: where this record is, all the pieces are.
  const record = { hash, size: bytes.length, pieces, createdAt: store.now() };
  await store.commit({
    tenant,
    writes: [{ type: "insert", kind: "blobs", record, exists: "keep" }],
    quiet: { durable: true },
  });
}

/** Message rows with their staged fields in them again. */
export async function fetchStagedFields(
  context: ServiceContext,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  return rows.some(isStaged) ? Promise.all(rows.map((row) => fetchFields(context, row))) : rows;
}

/** Whether some field of a message row lies apart. */
export function isStaged(row: Row): boolean {
  return row.contentFormat === "blob" || isStagedNative(row.native);
}

async function fetchFields(context: ServiceContext, row: Row): Promise<Row> {
  let whole = row;
  if (row.contentFormat === "blob") {
    whole = {
      ...whole,
      content: await fetchText(context, row.content as string),
      contentFormat: "json",
    };
  }
  if (isStagedNative(row.native)) {
    const native = JSON.parse(row.native) as { format: string; blob?: string };
    if (native.blob !== undefined) {
      const text: unknown = JSON.parse(await fetchText(context, native.blob));
      whole = { ...whole, native: JSON.stringify({ format: native.format, text }) };
    }
  }
  return whole;
}

async function fetchText({ store, tenant }: ServiceContext, hash: string): Promise<string> {
  const { answers } = await store.read({
    tenant,
    requests: [
      {
        type: "query",
        kind: "blob_pieces",
        shape: "key",
        prefix: [hash],
        direction: "forward",
        limit: 1_000,
        select: "all",
      },
    ],
  });
  const { rows } = answers[0];
  if (rows.length === 0) {
    throw new ThroughlineError("unavailable", `A large value is missing from the store: ${hash}.`, {
      reason: "damaged",
      details: { hash },
    });
  }
  return decodePieces(rows.map((piece) => piece.bytes as Uint8Array));
}

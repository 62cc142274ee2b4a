/** How a memory's value is written down: as it is, as JSON text where databases would change it, or apart where it is large. */
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { ThroughlineError } from "../../error.ts";
import type { Page } from "../../contract/read.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { type BlobValue, blobOfText } from "../blobs/blob-value.ts";
import { damaged, fetchBlobTexts } from "../blobs/fetch-blobs.ts";
import type { ServiceContext } from "../service-context.ts";

/** Bytes of UTF-8 that a value may have. */
const valueBytes = 1024 * 1024;
/** Bytes above which it lies apart, packed, once for all that hold it. */
const largeBytes = 8 * 1024;

/** The fields of a memory, and of each of its versions, that hold its value. */
export interface StoredValue {
  readonly memoryValue: string;
  readonly valueFormat: string;
  readonly size: number;
}

export interface EncodedValue extends StoredValue {
  /** To be staged, where the value lies apart. */
  readonly blob: BlobValue | undefined;
}

/** @throws ThroughlineError `too_large` with reason `memory` */
export async function encodeValue(value: string): Promise<EncodedValue> {
  // Each unit has at least one byte: what is far too long need not be encoded to know it.
  const size = value.length > valueBytes ? value.length : utf8ToBytes(value).length;
  if (size > valueBytes) {
    throw new ThroughlineError("too_large", `A memory may have at most ${valueBytes} bytes.`, {
      reason: "memory",
      outcome: "refused",
      details: { limit: valueBytes },
    });
  }
  if (size > largeBytes) {
    const blob = await blobOfText(JSON.stringify(value));
    return { memoryValue: blob.hash, valueFormat: "blob", size, blob };
  }
  const isPlain = value.isWellFormed() && !value.includes("\0");
  return {
    memoryValue: isPlain ? value : JSON.stringify(value),
    valueFormat: isPlain ? "text" : "json",
    size,
    blob: undefined,
  };
}

export function storedValueOf({ memoryValue, valueFormat, size }: Row): StoredValue {
  return {
    memoryValue: memoryValue as string,
    valueFormat: valueFormat as string,
    size: size as number,
  };
}

/** Bytes of values that one answer holds: the list goes on behind the last that has room. */
export const valuesAtOnce: number = 16 * 1024 * 1024;

/** As many of a page's rows as have room together, at least one. */
export function withRoom(page: Page, room: number, place: (row: Row) => KeyValues): Page {
  let bytes = 0;
  const end = page.rows.findIndex(({ size }) => (bytes += size as number) > room);
  if (end === -1) return page;
  const rows = page.rows.slice(0, Math.max(end, 1));
  const last = rows.at(-1);
  return rows.length === page.rows.length || last === undefined ? page : { rows, next: place(last) };
}

/** How often values that change while they are read are read again. */
const attempts = 5;

/**
 * Reads rows and the values that they name. A value goes with the last version that holds it: where one is missing, the
 * rows have changed since, and are read again.
 *
 * @throws ThroughlineError `unavailable` with reason `damaged`
 */
export async function readWithValues<Read>(
  context: ServiceContext,
  read: () => Promise<Read>,
  rowsOf: (read: Read) => readonly Row[],
): Promise<{ readonly read: Read; valueOf(row: Row): string }> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await read();
    const apart = rowsOf(result).filter(({ valueFormat }) => valueFormat === "blob");
    const texts =
      apart.length === 0
        ? new Map<string, string>()
        : await fetchBlobTexts(
            context,
            apart.map(({ memoryValue }) => memoryValue as string),
          );
    const missing = apart.find(({ memoryValue }) => !texts.has(memoryValue as string));
    if (missing === undefined) return { read: result, valueOf: (row) => decodeValue(row, texts) };
    if (attempt === attempts) throw damaged(missing.memoryValue as string);
  }
}

function decodeValue({ memoryValue, valueFormat }: Row, texts: ReadonlyMap<string, string>): string {
  const text = memoryValue as string;
  if (valueFormat === "text") return text;
  return JSON.parse(valueFormat === "json" ? text : (texts.get(text) as string)) as string;
}

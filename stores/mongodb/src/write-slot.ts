/** Writes a document to the next slot of the log: what decides between writers, and what makes a commit. */
import { newId } from "@throughline/core";
import type { Database } from "./database.ts";
import type { GroupState } from "./group-state.ts";
import type { LogDocument, Part, StoredImage } from "./log-document.ts";
import { LOG, PARTS, partId, slotId } from "./log-document.ts";
import { isDuplicateKey, isRefusal, toStoreError } from "./mongo-error.ts";
import type { TenantLog } from "./tenant-log.ts";

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

export interface SlotLimits {
  /** How long the document is sent again where no answer comes, in milliseconds. */
  readonly commitMs: number;
  /** Images of more than this in sum are written apart: a document of MongoDB holds 16 MiB. */
  readonly documentBytes: number;
}

/** Answers whether the group has the slot; if not, another process has, and nothing of the group was written. */
export async function writeSlot(
  database: Database,
  log: TenantLog,
  state: GroupState,
  { commitMs, documentBytes }: SlotLimits,
): Promise<boolean> {
  const { slot, position, at, entries, images } = state;
  const document: LogDocument = {
    _id: slotId(log.tenant, slot),
    tenant: log.tenant,
    slot,
    position,
    at,
    token: newId(),
    entries,
    open: true,
  };
  const parts = partsOf(images, documentBytes);
  if (parts.length > 1) {
    await Promise.all(
      parts.map((part, index) => {
        const _id = partId(document.token, index);
        const whole: Part = { _id, at, images: part };
        return database.insertOwn(PARTS, whole);
      }),
    );
  }
  const sent = parts.length > 1 ? { ...document, parts: parts.length } : { ...document, images };
  const isOurs = await insertUntilKnown(database, sent, commitMs);
  if (isOurs) log.append({ ...document, images });
  else if (parts.length > 1) {
    await database.deleteMany(PARTS, {
      _id: { $in: parts.map((_, index) => partId(document.token, index)) },
    });
  }
  return isOurs;
}

/**
 * Inserts the document, again and again where no answer comes: the same one at the same slot, so that a late first
 * attempt can't land beside a second one. It ends when the slot is known to be taken, by it or by another.
 *
 * @throws ThroughlineError with outcome `unknown` when the time is over, with `refused` when the server refused it.
 */
async function insertUntilKnown(
  database: Database,
  document: LogDocument,
  limitMs: number,
): Promise<boolean> {
  const began = performance.now();
  let isInDoubt = false;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      await database.insert(LOG, document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) {
        // Nothing was sent before, so it is another's.
        if (!isInDoubt) return false;
        // One that a majority does not have yet is not found.
        const winner = await database.findOne<LogDocument>(LOG, document._id).catch(() => undefined);
        if (winner !== undefined) return winner.token === document.token;
      } else if (!isInDoubt && isRefusal(error)) throw toStoreError(error, "refused");
      isInDoubt = true;
      if (performance.now() - began + waitMs > limitMs) throw toStoreError(error, "unknown");
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** The images in lists of bounded size; one list where they fit into a document. */
function partsOf(images: readonly StoredImage[], documentBytes: number): readonly (readonly StoredImage[])[] {
  const parts: StoredImage[][] = [[]];
  let size = 0;
  for (const image of images) {
    const bytes = sizeOf(image.d);
    if (size > 0 && size + bytes > documentBytes) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(image);
    size += bytes;
  }
  return parts;
}

/** About the bytes that a value takes, and not much less. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return 8 + Buffer.byteLength(value);
  if (value instanceof Uint8Array) return 16 + value.length;
  if (typeof value !== "object" || value === null) return 16;
  let size = 16;
  for (const [name, part] of Object.entries(value)) size += name.length + 8 + sizeOf(part);
  return size;
}

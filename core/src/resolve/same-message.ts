import { isStagedNative, stageContent, stageNative } from "../contract/staged-text.ts";
import type { Kind, Row, StoredRecord } from "../model/kind.ts";
import { isSame } from "./resolve-record.ts";

/**
 * Whether a message that is there is as it is given now. What else was in an append decides whether a field was staged,
 * so a field that lies apart equals the same one inline.
 */
export function isSameMessage(kind: Kind, existing: Row, given: StoredRecord): boolean {
  if (isSame(kind, existing, given)) return true;
  const [left, right] = stageAlike(existing, given);
  return isSame(kind, left as Row, right);
}

/** Both with their content, and both with their native payload staged, where one of them is. */
function stageAlike(existing: StoredRecord, given: StoredRecord): [StoredRecord, StoredRecord] {
  let pair: [StoredRecord, StoredRecord] = [existing, given];
  if ((existing.contentFormat === "blob") !== (given.contentFormat === "blob")) {
    pair = [withStagedContent(pair[0]), withStagedContent(pair[1])];
  }
  if (isStagedNative(existing.native) !== isStagedNative(given.native)) {
    pair = [withStagedNative(pair[0]), withStagedNative(pair[1])];
  }
  return pair;
}

function withStagedContent(record: StoredRecord): StoredRecord {
  return record.contentFormat === "blob" ? record : stageContent(record).record;
}

function withStagedNative(record: StoredRecord): StoredRecord {
  return isStagedNative(record.native) ? record : (stageNative(record)?.record ?? record);
}

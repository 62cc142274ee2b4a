import { isStagedContent, isStagedNative, withContentHash, withNativeHash } from "../contract/staged-text.ts";
import type { Kind, Row, StoredRecord } from "../model/kind.ts";
import { isSame } from "./resolve-record.ts";

/**
 * Whether a message that is there is as it is given now. What else was in an append decides whether a field was staged,
 * so a field that lies apart, or parts of it, equal the same inline.
 */
export function isSameMessage(kind: Kind, existing: Row, given: StoredRecord): boolean {
  if (isSame(kind, existing, given)) return true;
  const [left, right] = stageAlike(existing, given);
  return isSame(kind, left as Row, right);
}

/** Both with their content, and both with their native payload named by its hash, where one of them is stored so. */
function stageAlike(existing: StoredRecord, given: StoredRecord): [StoredRecord, StoredRecord] {
  let pair: [StoredRecord, StoredRecord] = [existing, given];
  if (isStagedContent(existing.contentFormat) || isStagedContent(given.contentFormat)) {
    pair = [withContentHash(pair[0]), withContentHash(pair[1])];
  }
  if (isStagedNative(existing.native) !== isStagedNative(given.native)) {
    pair = [withNativeHash(pair[0]), withNativeHash(pair[1])];
  }
  return pair;
}

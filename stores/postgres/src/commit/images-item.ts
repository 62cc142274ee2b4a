import type { CheckedBatch, Resolution } from "@throughline/core";
import { onlyAppend } from "@throughline/store-sql";
import { keptResults } from "../operations.ts";
import type { ImagesItem, Step } from "./group-item.ts";
import { writeImages } from "./image-steps.ts";

/** A resolved batch, for the function to write if nothing changed that it was resolved from. */
export function makeImagesItem(
  schema: string,
  { operation, now }: CheckedBatch,
  { images, changes, user, results }: Resolution,
  checks: readonly Step[],
): ImagesItem {
  const append = onlyAppend(changes);
  return {
    form: "images",
    now,
    checks,
    writes: writeImages(schema, images, now),
    is_told: changes.length > 0,
    ...(changes.length > 0 && { user_id: user }),
    ...(append !== undefined && {
      feed_session: append.session,
      feed_first_seq: append.key[1] as number,
      feed_count: append.count ?? 0,
    }),
    ...(changes.length > 0 && append === undefined && { entries: JSON.stringify(changes) }),
    ...(operation !== undefined && {
      operation: operation.id,
      fingerprint: operation.fingerprint,
      ...keptResults(results),
    }),
  };
}

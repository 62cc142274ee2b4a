/** What a caller gives to keep a record of an uploaded file. */
import * as v from "valibot";
import { metadata } from "./json-value.ts";
import { keyText, label } from "./text.ts";
import { time } from "./time.ts";

export const fileInput = v.strictObject({
  /** The same id again replaces the record. Default: a new UUIDv7. */
  id: v.optional(label),
  /** What the provider calls it. */
  providerName: keyText,
  providerUri: keyText,
  displayName: keyText,
  /** Bytes. */
  size: v.pipe(
    v.number("must be a number"),
    v.safeInteger("must be an integer"),
    v.minValue(0, "must not be negative"),
  ),
  mimeType: label,
  /** Default: now. */
  uploadedAt: v.optional(time),
  /** When the provider drops it; null: never. Default: null. */
  expiresAt: v.optional(v.nullable(time)),
  metadata: v.optional(metadata),
});

export type FileInput = v.InferInput<typeof fileInput>;

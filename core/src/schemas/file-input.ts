/** What a caller gives to keep a record of an uploaded file. */
import * as v from "valibot";
import { content, contentHash } from "./content-input.ts";
import { withJsonNames } from "./json-names.ts";
import { metadata } from "./json-value.ts";
import { pageSize } from "./page-size.ts";
import { wholeNumber } from "./resource-input.ts";
import { keyText, label, notDots } from "./text.ts";
import { time } from "./time.ts";

const facts = {
  /** The same id again replaces the record. Default: a new UUIDv7. */
  id: v.optional(v.pipe(label, notDots)),
  /** What the provider calls it. */
  providerName: keyText,
  providerUri: keyText,
  displayName: keyText,
  /** Bytes. */
  size: wholeNumber,
  mimeType: label,
  /** Default: now. */
  uploadedAt: v.optional(time),
  /** When the provider drops it; null: never. Default: null. */
  expiresAt: v.optional(v.nullable(time)),
  metadata: v.optional(metadata),
};

export const fileInput = v.pipe(
  v.strictObject({
    ...facts,
    /** Bytes; may be left out where the content is given. */
    size: v.optional(wholeNumber),
    /** Its bytes, to be kept. Default: they are not. */
    content: v.optional(content),
    /** SHA-256 of the content, to be checked. */
    contentHash: v.optional(contentHash),
  }),
  v.forward(
    v.check(
      ({ size, content: given }) => size !== undefined || given !== undefined,
      "must be given where the content is not",
    ),
    ["size"],
  ),
  v.forward(
    v.check(
      ({ content: given, contentHash: hash }) => given !== undefined || hash === undefined,
      "is only for content that is given, too",
    ),
    ["contentHash"],
  ),
);
export type FileInput = v.InferInput<typeof fileInput>;

export const fileContentInput = v.strictObject({
  content,
  /** SHA-256 of the content, to be checked. */
  contentHash: v.optional(contentHash),
});

export const fileListInput = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type FileListOptions = v.InferInput<typeof fileListInput>;

/** What JSON calls those that records name otherwise. */
export const fileNames = { id: "file_id" } as const;
/** Over HTTP the bytes come by themselves. */
export const fileJson: v.GenericSchema = withJsonNames(v.strictObject(facts), fileNames);
export const fileListJson: v.GenericSchema = withJsonNames(fileListInput);

/** Content that is kept as its bytes: of files at hand, and of those that were uploaded. */
import * as v from "valibot";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { ThroughlineError } from "../../error.ts";
import { invalidInput } from "../../guard/invalid-input.ts";
import type { Content } from "../../schemas/content-input.ts";
import { wholeNumber } from "../../schemas/resource-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { type BlobValue, blobOfBytes } from "./blob-value.ts";

/** Bytes that content may have, unless the options say otherwise. */
const contentBytes = 16 * 1024 * 1024;

/** What the options of the services say of it. */
export const contentOptions = v.object({ contentBytes: v.optional(wholeNumber) });

/** What is said of content that is given; absent: nothing. */
export interface Announced {
  readonly size?: number | undefined;
  /** SHA-256, hexadecimal. */
  readonly hash?: string | undefined;
}

/**
 * Content as it is stored: a copy of it.
 *
 * @throws ThroughlineError `too_large` with reason `content`; `invalid` with reason `content` where it has another size or
 *   hash than was said
 */
export async function blobOfContent(
  { contentBytes: limit = contentBytes }: ServiceContext,
  content: Content,
  announced: Announced = {},
): Promise<BlobValue> {
  // Each unit has at least one byte: what is far too long need not be encoded to know it.
  if (content.length > limit) throw contentTooLarge(limit);
  const bytes = typeof content === "string" ? utf8ToBytes(content) : content.slice();
  if (bytes.length > limit) throw contentTooLarge(limit);
  checkSize(bytes.length, announced.size);
  const blob = await blobOfBytes(bytes);
  if (announced.hash !== undefined && announced.hash !== blob.hash) {
    throw otherContent("hash", announced.hash, blob.hash);
  }
  return blob;
}

function checkSize(actual: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== actual) throw otherContent("size", expected, actual);
}

function otherContent(
  field: "size" | "hash",
  expected: number | string,
  actual: number | string,
): ThroughlineError {
  const message = `The content has the ${field} ${actual}, not ${expected} as was said.`;
  return invalidInput("content", message, { field, expected, actual });
}

function contentTooLarge(limit: number): ThroughlineError {
  return new ThroughlineError("too_large", `Content that is kept may have at most ${limit} bytes.`, {
    reason: "content",
    outcome: "refused",
    details: { limit },
  });
}

import { createHash } from "node:crypto";
import type { KeyValues } from "@throughline/core";

/** Index entries of PostgreSQL hold about 2,600 bytes. */
const LONGEST = 1_000;

/** The name of a removed record's key in the table `removed_keys`: readable, or a hash where it is too long. */
export function removedKeyName(key: KeyValues): string {
  const text = JSON.stringify(key);
  if (Buffer.byteLength(text) <= LONGEST) return text;
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

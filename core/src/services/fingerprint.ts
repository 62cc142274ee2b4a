import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** What a caller asked, in 128 bits: tells a retry from another request under the same operation id. */
export function fingerprintOf(request: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(request))).subarray(0, 16));
}

/** What a key looks like, and what is kept of it. */
import { createHash, randomBytes } from "node:crypto";

/** A new key, as its owner gets it once. */
export interface NewKey {
  /** `tl_<id>_<secret>`: the id is 16 hexadecimal digits, the secret 32 random bytes in base64url. */
  readonly key: string;
  readonly keyId: string;
}

/** Makes a key. The beginning `tl_` lets scanners for leaked secrets know it. */
export function makeKey(): NewKey {
  const keyId = randomBytes(8).toString("hex");
  return { key: `${prefixOf(keyId)}_${randomBytes(32).toString("base64url")}`, keyId };
}

/** The beginning of a key, by which people know it: no secret. */
export function prefixOf(keyId: string): string {
  return `tl_${keyId}`;
}

/** Whether a text can be a key. */
export function isKey(text: string): boolean {
  return /^tl_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/.test(text);
}

/** The id in what a person calls a key by: its id, its prefix, or all of it. */
export function keyIdIn(name: string): string | undefined {
  return /^(?:tl_)?([0-9a-f]{16})(?:_[A-Za-z0-9_-]{43})?$/.exec(name)?.[1];
}

/**
 * What is kept of a key. A slow hash protects passwords, which can be guessed; nobody can guess 256 random bits, so a
 * fast one is as safe, and every request can afford it.
 */
export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

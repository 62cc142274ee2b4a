import type { Kind } from "./kind.ts";

/**
 * Whose records are the deployment's own, not a customer's: API keys and the like. Names of tenants that begin with `@`
 * are kept for such.
 */
export const SYSTEM_TENANT = "@throughline";

/** A key to the HTTP API: its secret is not kept, only its hash. Records of `SYSTEM_TENANT`. */
export const apiKeys = {
  name: "api_keys",
  key: ["keyId"],
  fields: {
    keyId: { type: "text" },
    /** The beginning of the key, by which a person knows it. */
    prefix: { type: "text" },
    /** SHA-256 of the whole key, hexadecimal. */
    hash: { type: "text" },
    /** The tenant whose data it opens. */
    ownerTenant: { type: "text" },
    /** `reader`, `writer` or `admin`. */
    role: { type: "text" },
    /** What a person calls it. */
    name: { type: "text" },
    createdAt: { type: "integer" },
    lastUsedAt: { type: "integer", volatile: true },
    /** 0: never. */
    expiresAt: { type: "integer" },
    /** 0 while it is good. */
    revokedAt: { type: "integer" },
  },
  unique: { hash: { fields: ["hash"], filled: "hash" } },
  shapes: { created: ["createdAt"] },
} as const satisfies Kind;

import type { Kind } from "./kind.ts";

/**
 * Keyed facts that outlive sessions. `scope` says which of `projectId`, `userId` and `sessionId` is filled: what belongs to
 * a session is hidden and erased with it. A memory is found by its id alone in the shape `id`.
 */
export const projectMemories = {
  name: "project_memories",
  key: ["sessionId", "memoryId"],
  fields: {
    /** `''` but for a session's own memories. */
    sessionId: { type: "text" },
    /** `mem_` and 12 hexadecimal digits. */
    memoryId: { type: "text" },
    /** `project`, `user` or `session`. */
    scope: { type: "text" },
    projectId: { type: "text" },
    userId: { type: "text" },
    /** `''` once another memory took its place: its key is free again. */
    memoryKey: { type: "text" },
    /** As `valueFormat` says: `text` itself, `json` text of a string, or the hash of a `blob`. */
    memoryValue: { type: "text" },
    valueFormat: { type: "text" },
    /** UTF-8 length of the value. */
    size: { type: "integer" },
    metadata: { type: "json" },
    /** JSON object: the message or tool that taught it; `''` where that is not known. */
    provenance: { type: "json" },
    /** From 1, one more with each new value. */
    version: { type: "integer" },
    /** The key that it had, and the memory that took its place; `''` while it counts. */
    supersededKey: { type: "text" },
    supersededBy: { type: "text" },
    createdAt: { type: "integer" },
    updatedAt: { type: "integer" },
    lastAccessed: { type: "integer", volatile: true },
    accessedCount: { type: "integer", volatile: true },
    /** 0: none. */
    ttlSeconds: { type: "integer" },
    expiresAt: { type: "integer" },
  },
  unique: {
    key: { fields: ["scope", "projectId", "userId", "sessionId", "memoryKey"], filled: "memoryKey" },
  },
  shapes: {
    id: ["memoryId"],
    accessed: ["scope", "projectId", "userId", "sessionId", "lastAccessed"],
    /** For clean-up, across scopes. */
    stale: ["lastAccessed"],
  },
  session: "sessionId",
  expires: "expiresAt",
} as const satisfies Kind;

/** What each version of a memory said. */
export const memoryVersions = {
  name: "memory_versions",
  key: ["sessionId", "memoryId", "version"],
  fields: {
    /** As of the memory. */
    sessionId: { type: "text" },
    memoryId: { type: "text" },
    version: { type: "integer" },
    memoryValue: { type: "text" },
    valueFormat: { type: "text" },
    size: { type: "integer" },
    metadata: { type: "json" },
    provenance: { type: "json" },
    createdAt: { type: "integer" },
    /** The version that it brought back; 0: none. */
    restored: { type: "integer" },
    /** JSON list: ids of the memories whose place it took; `''` for none. */
    supersedes: { type: "json" },
    /** Of the newest version: when the memory ends, after which nobody sees the memory itself; otherwise 0. */
    expiresAt: { type: "integer" },
  },
  unique: {},
  shapes: {
    /** For clean-up. */
    expiry: ["expiresAt"],
  },
  session: "sessionId",
} as const satisfies Kind;

/** Working memory: what holds just now, field by field, so that writers of different fields never meet. */
export const workingMemories = {
  name: "working_memories",
  key: ["sessionId", "userId", "field"],
  fields: {
    /** The session that it is of, or the user; the other one is `''`. */
    sessionId: { type: "text" },
    userId: { type: "text" },
    field: { type: "text" },
    /** JSON text of any value. */
    value: { type: "json" },
    updatedAt: { type: "integer" },
  },
  unique: {},
  shapes: {
    /** For clean-up. */
    stale: ["updatedAt"],
  },
  session: "sessionId",
} as const satisfies Kind;

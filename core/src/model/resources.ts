import type { Kind } from "./kind.ts";

/** A file or other content that sessions touch. */
export const resources = {
  name: "resources",
  key: ["resourceId"],
  fields: {
    resourceId: { type: "text" },
    projectId: { type: "text" },
    path: { type: "text" },
    /** The path where an index can hold it, otherwise its hash. */
    pathKey: { type: "text" },
    /** `code`, `documentation`, `data`, `config`, `image` or `other`. */
    type: { type: "text" },
    /** Bytes. */
    size: { type: "integer", nullable: true },
    /** As given, or by the usual tokenizer. */
    tokenCount: { type: "integer", nullable: true },
    /** JSON object: model family to `{count, estimated}`, of the content that `contentHash` names. */
    tokenCounts: { type: "json" },
    contentHash: { type: "text" },
    accessCount: { type: "integer" },
    editCount: { type: "integer" },
    lastAccessed: { type: "integer" },
    lastEdited: { type: "integer" },
    modifiedDuringSession: { type: "boolean" },
    /** The score that was given last, from 0 to 1. */
    importance: { type: "real", nullable: true },
    createdAt: { type: "integer" },
    updatedAt: { type: "integer" },
  },
  unique: { path: { fields: ["projectId", "pathKey"], filled: "pathKey" } },
  shapes: {
    accessed: ["accessCount"],
    recent: ["lastAccessed"],
    projectAccessed: ["projectId", "accessCount"],
    projectRecent: ["projectId", "lastAccessed"],
  },
} as const satisfies Kind;

/** One access of a file within a session. The path stands here, too: a context is read without looking up resources. */
export const resourceAccessLogs = {
  name: "resource_access_logs",
  key: ["sessionId", "accessId"],
  fields: {
    sessionId: { type: "text" },
    accessId: { type: "text" },
    resourceId: { type: "text" },
    path: { type: "text" },
    /** `VIEW`, `EDIT`, `EXECUTE` or `REFERENCE`. */
    accessType: { type: "text" },
    /** As given with this access. */
    importance: { type: "real", nullable: true },
    accessedAt: { type: "integer" },
  },
  unique: {},
  shapes: { time: ["sessionId", "accessedAt"], resource: ["resourceId", "accessedAt"] },
  session: "sessionId",
} as const satisfies Kind;

/** That a session has to do with a resource. */
export const sessionResources = {
  name: "session_resources",
  key: ["sessionId", "resourceId"],
  fields: {
    sessionId: { type: "text" },
    resourceId: { type: "text" },
    /** As of the resource: the link outlives it. */
    path: { type: "text" },
    /** The score that was given last in this session, from 0 to 1. */
    importanceScore: { type: "real", nullable: true },
    includedInContext: { type: "boolean" },
    modified: { type: "boolean" },
    accessCount: { type: "integer" },
    lastAccessed: { type: "integer" },
    /** Of the content that was kept for this session; `''` where none was. */
    keptHash: { type: "text" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: { resource: ["resourceId", "sessionId"], accessed: ["sessionId", "lastAccessed"] },
  session: "sessionId",
} as const satisfies Kind;

/** That one resource refers to another: an import, a link, or what a caller says. */
export const resourceDependencies = {
  name: "resource_dependencies",
  key: ["resourceId", "targetKey"],
  fields: {
    resourceId: { type: "text" },
    projectId: { type: "text" },
    targetPath: { type: "text" },
    /** As `pathKey` of a resource, which may not be tracked yet. */
    targetKey: { type: "text" },
    /** `import`, `link` or `given`. */
    kind: { type: "text" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: { target: ["projectId", "targetKey"] },
} as const satisfies Kind;

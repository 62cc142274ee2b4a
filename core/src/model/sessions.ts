import type { Kind } from "./kind.ts";

/** One conversation. Absent text is `''`, absent numbers and times are 0; JSON shows null for them. */
export const sessions = {
  name: "sessions",
  key: ["id"],
  fields: {
    id: { type: "text" },
    userId: { type: "text" },
    projectId: { type: "text" },
    toolId: { type: "text" },
    profileId: { type: "text" },
    terminalId: { type: "text" },
    externalKey: { type: "text" },
    title: { type: "text" },
    model: { type: "text" },
    status: { type: "text" },
    pinned: { type: "boolean" },
    tags: { type: "json" },
    workspacePath: { type: "text" },
    processId: { type: "integer" },
    parentSessionId: { type: "text" },
    forkedAt: { type: "integer" },
    summary: { type: "text" },
    contextSizeBytes: { type: "integer" },
    metadata: { type: "json" },
    metrics: { type: "json" },
    createdAt: { type: "integer" },
    endedAt: { type: "integer" },
    expiresAt: { type: "integer" },
    hiddenAt: { type: "integer" },
    listed: { type: "boolean" },
    // What forks and chains need: lists do without.
    history: { type: "json", heavy: true },
    ancestors: { type: "json", heavy: true },
    forks: { type: "integer", heavy: true },
    // The log's own, which an append keeps.
    lastSeq: { type: "integer" },
    headSeq: { type: "integer" },
    messageCount: { type: "integer" },
    tokenCount: { type: "integer" },
    lastActivity: { type: "integer" },
    updatedAt: { type: "integer" },
  },
  unique: {
    external: { fields: ["userId", "toolId", "externalKey"], filled: "externalKey" },
    terminal: { fields: ["userId", "terminalId"], filled: "terminalId" },
  },
  shapes: {
    /** The list: newest activity first. The only order that an append moves. */
    activity: ["listed", "lastActivity"],
    created: ["listed", "createdAt"],
    user: ["userId", "createdAt"],
    project: ["projectId", "createdAt"],
    tool: ["toolId", "createdAt"],
    process: ["processId", "endedAt"],
    parent: ["parentSessionId", "createdAt"],
  },
  hidden: "hiddenAt",
} as const satisfies Kind;

/** The fields that an append reads and writes: stores may keep them apart from the rest. */
export const SESSION_LOG_FIELDS = [
  "lastSeq",
  "headSeq",
  "messageCount",
  "tokenCount",
  "lastActivity",
  "updatedAt",
] as const;

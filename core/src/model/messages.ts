import type { Kind } from "./kind.ts";

/** One entry of a session's log. Its position never changes; a deleted one keeps position and id, and nothing else. */
export const messages = {
  name: "messages",
  key: ["sessionId", "seq"],
  fields: {
    sessionId: { type: "text" },
    seq: { type: "integer" },
    id: { type: "text" },
    /** Position of the message it follows; 0 for the first. */
    parentSeq: { type: "integer" },
    role: { type: "text" },
    content: { type: "text" },
    /**
     * How `content` is written: `''` the text itself, `json` JSON text, `blob` the hash of staged JSON text, `parts` JSON
     * text of which large parts are staged (`CutContent`).
     */
    contentFormat: { type: "text" },
    tokenCount: { type: "integer" },
    model: { type: "text" },
    usage: { type: "json" },
    cost: { type: "real", nullable: true },
    metadata: { type: "json" },
    /** What an adapter wrote, or where in an imported source it came from: JSON text. */
    native: { type: "json", heavy: true },
    createdAt: { type: "integer" },
    /** 0 while it is as it was first written. */
    updatedAt: { type: "integer" },
    /** When it was deleted; 0 while it is not. */
    removedAt: { type: "integer" },
  },
  unique: { id: { fields: ["sessionId", "id"], filled: "id" } },
  shapes: {},
  session: "sessionId",
  same: ["role", "content", "contentFormat", "metadata", "native"],
} as const satisfies Kind;

/** Where a message does not follow the position before it, a branch begins. Written by `append`. */
export const branches = {
  name: "branches",
  key: ["sessionId", "seq"],
  fields: {
    sessionId: { type: "text" },
    seq: { type: "integer" },
    parentSeq: { type: "integer" },
  },
  unique: {},
  shapes: {},
  session: "sessionId",
} as const satisfies Kind;

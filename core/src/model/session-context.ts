/** What happened in a session beside its messages; file accesses lie with the resources. */
import type { Kind } from "./kind.ts";

/** A search, a decision or a reference to a memory: one row each, so that two writers at once lose nothing. */
export const contextEntries = {
  name: "context_entries",
  key: ["sessionId", "kind", "entryId"],
  fields: {
    sessionId: { type: "text" },
    /** `search`, `decision` or `memory`. */
    kind: { type: "text" },
    entryId: { type: "text" },
    /** What was searched for or decided, as JSON text of a string; of a memory: its key. */
    text: { type: "json" },
    /** Of a memory; `''` otherwise. */
    memoryId: { type: "text" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: { time: ["sessionId", "kind", "createdAt"] },
  session: "sessionId",
} as const satisfies Kind;

/** One record a session: its workspace, and how much of each kind of context there is. */
export const sessionContexts = {
  name: "session_contexts",
  key: ["sessionId"],
  fields: {
    sessionId: { type: "text" },
    /** JSON text of what was open where; null while nothing was said of it. */
    workspace: { type: "json", nullable: true },
    files: { type: "integer" },
    searches: { type: "integer" },
    decisions: { type: "integer" },
    memories: { type: "integer" },
    /** UTF-8 length of all entries as JSON, and of those of them that are not packed into segments. */
    sizeBytes: { type: "integer" },
    looseBytes: { type: "integer" },
    /** The number of the last segment ever made: whoever makes or removes segments expects it, and raises it. */
    lastSegment: { type: "integer" },
    createdAt: { type: "integer" },
    updatedAt: { type: "integer" },
  },
  unique: {},
  shapes: {},
  session: "sessionId",
} as const satisfies Kind;

/** Older entries of one kind, packed together: JSON lines, gzip. */
export const contextSegments = {
  name: "context_segments",
  key: ["sessionId", "kind", "segment"],
  fields: {
    sessionId: { type: "text" },
    /** `file`, or as of the entries. */
    kind: { type: "text" },
    /** From 1, oldest first. */
    segment: { type: "integer" },
    entries: { type: "integer" },
    /** UTF-8 length of the entries as JSON. */
    sizeBytes: { type: "integer" },
    firstAt: { type: "integer" },
    lastAt: { type: "integer" },
    packed: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
  session: "sessionId",
} as const satisfies Kind;

/** A named snapshot of a session's context and of whatever else its writer gave. */
export const checkpoints = {
  name: "checkpoints",
  key: ["sessionId", "name"],
  fields: {
    sessionId: { type: "text" },
    name: { type: "text" },
    /** JSON text, or `{"blob": hash}` where it is large. */
    context: { type: "json", heavy: true },
    state: { type: "json", heavy: true },
    /** UTF-8 length of context and state together. */
    sizeBytes: { type: "integer" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: {
    created: ["sessionId", "createdAt"],
    /** For clean-up. */
    stale: ["createdAt"],
  },
  session: "sessionId",
} as const satisfies Kind;

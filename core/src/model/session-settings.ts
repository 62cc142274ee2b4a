import type { Kind } from "./kind.ts";

/** How a session is to be run: at most one record a session. Absent text is `''`. */
export const chatSettings = {
  name: "chat_settings",
  key: ["sessionId"],
  fields: {
    sessionId: { type: "text" },
    /** A JSON list of names. */
    allowedTools: { type: "json" },
    /** `auto`, `confirm` or `deny`. */
    permissionMode: { type: "text" },
    systemPrompt: { type: "text" },
    model: { type: "text" },
    /** A JSON object: names to whatever their servers need. */
    mcpServers: { type: "json" },
    createdAt: { type: "integer" },
    updatedAt: { type: "integer" },
  },
  unique: {},
  shapes: {},
  session: "sessionId",
} as const satisfies Kind;

/** Keeps a session from being deleted or cleaned up, as long as it is there. */
export const holds = {
  name: "holds",
  key: ["sessionId"],
  fields: {
    sessionId: { type: "text" },
    reason: { type: "text" },
    createdAt: { type: "integer" },
  },
  unique: {},
  shapes: {},
  session: "sessionId",
} as const satisfies Kind;

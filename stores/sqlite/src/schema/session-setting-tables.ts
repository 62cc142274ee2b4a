import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** How sessions are to be run. */
export const chatSettings = sqliteTable(
  "chat_settings",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    allowedTools: text("allowed_tools").notNull(),
    permissionMode: text("permission_mode").notNull(),
    systemPrompt: text("system_prompt").notNull(),
    model: text("model").notNull(),
    mcpServers: text("mcp_servers").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.sessionId] })],
);

/** Sessions that are not to be deleted. */
export const holds = sqliteTable(
  "holds",
  {
    tenant: integer("tenant").notNull(),
    sessionId: text("session_id").notNull(),
    reason: text("reason").notNull(),
    createdAt: integer("created_at").notNull(),
    revision: integer("revision").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenant, table.sessionId] })],
);

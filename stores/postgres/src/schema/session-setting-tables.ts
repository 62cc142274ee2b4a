import { bigint, primaryKey, text } from "drizzle-orm/pg-core";
import { throughline } from "./throughline.ts";

/** How sessions are to be run. */
export const chatSettings = throughline.table(
  "chat_settings",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    allowedTools: text("allowed_tools").notNull(),
    permissionMode: text("permission_mode").notNull(),
    systemPrompt: text("system_prompt").notNull(),
    model: text("model").notNull(),
    mcpServers: text("mcp_servers").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId] })],
);

/** Sessions that are not to be deleted. */
export const holds = throughline.table(
  "holds",
  {
    tenantId: text("tenant_id").notNull(),
    sessionId: text("session_id").notNull(),
    reason: text("reason").notNull(),
    createdAt: bigint("created_at", { mode: "number" }).notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.sessionId] })],
);

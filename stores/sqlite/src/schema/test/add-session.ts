import type { SchemaDatabase } from "../../migrations/schema-database.ts";

export interface AddedSession {
  /** Number of the session inside the file. */
  readonly key: number;
  readonly id: string;
  /** Texts of its messages; each counts as one token. */
  readonly messages: readonly string[];
  /** Number of the tenant. Default: 1, whose id is `local`. */
  readonly tenant?: number;
  readonly projectId?: string;
  /** When it was created; its messages follow a second apart. Default: 1,000. */
  readonly createdAt?: number;
}

/** Writes a session with its messages and its feed entry, as the store leaves them. */
export function addSession(database: SchemaDatabase, session: AddedSession): void {
  const { key, id, messages, tenant = 1, projectId = "", createdAt = 1_000 } = session;
  const count = messages.length;
  const lastActivity = createdAt + count * 1_000;
  const tenantId = tenant === 1 ? "local" : `tenant-${tenant}`;
  insert(database, "tenants", { tenant, tenant_id: tenantId }, "OR IGNORE");
  insert(database, "session_rows", {
    ...{ session_key: key, session_id: id, tenant, user_id: "local", project_id: projectId, tool_id: "chat" },
    ...{
      profile_id: "",
      terminal_id: "",
      external_key: "",
      title: `Title of ${id}`,
      model: "",
      status: "active",
    },
    ...{
      pinned: 0,
      tags: "",
      workspace_path: "",
      process_id: 0,
      parent_session_id: "",
      forked_at: 0,
      summary: "",
    },
    ...{
      context_size_bytes: 0,
      metadata: "",
      metrics: "",
      created_at: createdAt,
      ended_at: 0,
      expires_at: 0,
    },
    ...{ hidden_at: 0, listed: 1, history: "", ancestors: "", forks: 0 },
  });
  insert(database, "session_logs", {
    ...{ session_key: key, shelf: tenant * 2 + 1, last_seq: count, head_seq: count, message_count: count },
    ...{ token_count: count, last_activity: lastActivity, updated_at: lastActivity, revision: 1 },
  });
  messages.forEach((content, index) => {
    insert(database, "message_rows", {
      ...{ session_key: key, seq: index + 1, message_id: `message-${index + 1}`, parent_seq: index },
      ...{
        role: index % 2 === 0 ? "user" : "assistant",
        content,
        content_format: "",
        token_count: 1,
        model: "",
      },
      ...{ usage: "", cost: null, metadata: "", created_at: createdAt + (index + 1) * 1_000, updated_at: 0 },
      ...{ removed_at: 0, revision: 1, native: "" },
    });
  });
  const entries = [
    { kind: "sessions", change: "insert", key: [id], session: id },
    { kind: "messages", change: "append", key: [id, 1], session: id, count },
  ];
  insert(database, "changes", {
    ...{
      tenant,
      at: lastActivity,
      user_id: "local",
      session_key: null,
      first_seq: null,
      message_count: null,
    },
    entries: JSON.stringify(count === 0 ? entries.slice(0, 1) : entries),
  });
}

/** Adds a row to a table. */
export function insert(
  database: SchemaDatabase,
  table: string,
  row: Readonly<Record<string, string | number | null>>,
  conflict = "",
): void {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  database
    .prepare(`INSERT ${conflict} INTO ${table} (${columns.join(", ")}) VALUES (${places})`)
    .all(...Object.values(row));
}

/** How far the search index of a tenant is. */
import type { Connection } from "../database.ts";
import { indexVersion } from "./index-version.ts";
import type { SearchReading } from "./searched-message.ts";

export interface SearchProgress {
  /** What its rows were made by. */
  readonly version: string;
  /** The feed position up to which the index holds every change; while it is built, up to the cursor only. */
  readonly position: number;
  /** The last message that was read, while the index is built. */
  readonly cursor: { readonly session: string; readonly seq: number } | undefined;
}

/** Undefined where nothing was indexed yet. */
export async function readSearchProgress(
  { connection, schema, tenant }: SearchReading,
  lock: "" | "FOR UPDATE" | "FOR UPDATE SKIP LOCKED" = "",
): Promise<SearchProgress | undefined> {
  const [row] = await connection.query(
    `SELECT "version", "position", "built_session", "built_seq" FROM "${schema}"."search_progress"
    WHERE "tenant_id" = $1 ${lock}`,
    [tenant],
  );
  if (row === undefined) return undefined;
  const [version, position, session, seq] = row;
  return {
    version: version as string,
    position: position as number,
    cursor: session === null ? undefined : { session: session as string, seq: seq as number },
  };
}

/** Makes sure that there is a row to lock. */
export async function insertSearchProgress(
  connection: Connection,
  schema: string,
  tenant: string,
): Promise<void> {
  await connection.query(
    `INSERT INTO "${schema}"."search_progress" ("tenant_id", "version", "position") VALUES ($1, '', 0)
    ON CONFLICT ("tenant_id") DO NOTHING`,
    [tenant],
  );
}

export async function writeSearchProgress(
  { connection, schema, tenant }: SearchReading,
  { position, cursor }: Pick<SearchProgress, "position" | "cursor">,
): Promise<void> {
  await connection.query(
    `UPDATE "${schema}"."search_progress" SET "version" = $2, "position" = $3, "built_session" = $4, "built_seq" = $5
    WHERE "tenant_id" = $1`,
    [tenant, indexVersion, position, cursor?.session ?? null, cursor?.seq ?? null],
  );
}

/** Whether a search may use the index. */
export function isUsable(progress: SearchProgress | undefined): progress is SearchProgress {
  return progress?.version === indexVersion && progress.cursor === undefined;
}

/** The session that a tool's own id names, for those who learn of it otherwise than from a file. */
import type { Row, Throughline } from "@throughline/core";
import type { ImportedSession } from "../importer.ts";
import { makeImportedSession } from "./import-session.ts";

export interface ToolSession {
  readonly tool: string;
  /** Default: `local`. */
  readonly user?: string;
  /** Where the session is made, its project. */
  readonly project?: string;
}

/**
 * Finds the session that an import of the tool's files finds, or makes it as an import does, with what the draft says. An
 * import that comes later goes on with it. Undefined: it was deleted here, and does not come back.
 *
 * @throws ThroughlineError `invalid` for names that are none
 */
export async function sessionOfTool(
  throughline: Throughline,
  { tool, user = "local", project }: ToolSession,
  draft: Omit<ImportedSession, "type" | "part">,
): Promise<string | undefined> {
  const where = { throughline, tool, user, ...(project === undefined ? undefined : { project }) };
  const row: Row | undefined = await makeImportedSession(where, { type: "session", ...draft });
  return row?.id as string | undefined;
}

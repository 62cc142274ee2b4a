import { type Sessions, ThroughlineError, isThroughlineError, sessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export async function undeleteSession(id: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ sessions }) => {
    const wasThere = await isThere(sessions, id);
    const session = await sessions.undelete(id).catch((error: unknown) => {
      throw isThroughlineError(error) && error.code === "not_found" ? unknownId(id, error) : error;
    });
    if (options.json === true) await printJson(sessionToJson(session));
    else await writeOutput(`${session.id} ${wasThere ? "was not deleted" : "is back"}.\n`);
    return exitCodes.success;
  });
}

async function isThere(sessions: Sessions, id: string): Promise<boolean> {
  try {
    await sessions.get(id);
    return true;
  } catch (error) {
    if (isThroughlineError(error) && error.code === "not_found") return false;
    throw error;
  }
}

function unknownId(id: string, cause: ThroughlineError): ThroughlineError {
  const message = `No session, deleted or not, has the id ${id}. undelete takes the full id, which delete printed.`;
  return new ThroughlineError("not_found", message, { reason: "session", details: { session: id }, cause });
}

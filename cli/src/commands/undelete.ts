import { ThroughlineError, isThroughlineError, sessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export async function undeleteSession(id: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ sessions }) => {
    const session = await sessions.undelete(id).catch((error: unknown) => {
      throw isThroughlineError(error) && error.code === "not_found" ? unknownId(id, error) : error;
    });
    if (options.json === true) await printJson(sessionToJson(session));
    else await writeOutput(`${session.id} is back.\n`);
    return exitCodes.success;
  });
}

function unknownId(id: string, cause: ThroughlineError): ThroughlineError {
  const message = `No session, deleted or not, has the id ${id}. undelete takes the full id, which delete printed.`;
  return new ThroughlineError("not_found", message, { reason: "session", details: { session: id }, cause });
}

import { sessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export async function undeleteSession(id: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ sessions }) => {
    const session = await sessions.undelete(id);
    if (options.json === true) await printJson(sessionToJson(session));
    else await writeOutput(`${session.id} is back.\n`);
    return exitCodes.success;
  });
}

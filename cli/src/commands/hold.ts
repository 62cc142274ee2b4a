import { holdToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface HoldCommandOptions extends CommonOptions {
  readonly reason?: string;
}

export async function holdSession(name: string, options: HoldCommandOptions): Promise<number> {
  const { reason } = options;
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, name);
    const hold = await throughline.sessions.hold(id, reason === undefined ? {} : { reason });
    if (options.json === true) await printJson(holdToJson(hold));
    else await writeOutput(`${id} is held. To let go of it: throughline release ${id}\n`);
    return exitCodes.success;
  });
}

export async function releaseSession(name: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const { id } = await findSession(throughline, name);
    const wasHeld = (await throughline.sessions.getHold(id)) !== undefined;
    await throughline.sessions.release(id);
    if (options.json === true) await printJson({ session_id: id, held: false });
    else await writeOutput(`${id} ${wasHeld ? "is not held any more" : "was not held"}.\n`);
    return exitCodes.success;
  });
}

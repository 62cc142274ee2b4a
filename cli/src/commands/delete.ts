import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../find-session.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export async function deleteSession(name: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const session = await findSession(throughline, name);
    await throughline.sessions.delete(session.id);
    if (options.json === true) await printJson({ session_id: session.id, deleted: true });
    else {
      const title = session.title === null ? "" : ` (${oneLine(session.title)})`;
      await writeOutput(
        `Deleted ${session.id}${title}. To bring it back: throughline undelete ${session.id}\n`,
      );
    }
    return exitCodes.success;
  });
}

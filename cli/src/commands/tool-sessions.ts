import { type ToolSession, toolSessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListToolSessionsOptions = CommonOptions & PagingOptions;

export async function listToolSessions(name: string, options: ListToolSessionsOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const { id: session } = await findSession(throughline, name);
    await printPage<ToolSession>({
      json: options.json,
      page: await throughline.toolSessions.list({ session, ...pagingOf(options) }),
      toJson: toolSessionToJson,
      columns: [
        { header: "TOOL SESSION" },
        { header: "LAST ACCESS" },
        { header: "TOOL" },
        { header: "KEY", isFlexible: true },
      ],
      toRow: ({ toolSessionId, lastAccessed, toolName, toolKey }) => [
        oneLine(toolSessionId),
        formatTime(lastAccessed),
        oneLine(toolName),
        oneLine(toolKey ?? ""),
      ],
      what: "tool sessions",
    });
    return exitCodes.success;
  });
}

/** Prints the id alone, for scripts. */
export async function getToolSession(
  name: string,
  tool: string,
  key: string | undefined,
  options: CommonOptions,
): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const { id: session } = await findSession(throughline, name);
    const { created, ...found } = await throughline.toolSessions.getOrCreate({
      session,
      tool,
      key: key ?? null,
    });
    if (options.json === true) await printJson({ ...toolSessionToJson(found), created });
    else await writeOutput(`${oneLine(found.toolSessionId)}\n`);
    return exitCodes.success;
  });
}

export async function deleteToolSession(
  name: string,
  tool: string,
  key: string | undefined,
  options: CommonOptions,
): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const { id: session } = await findSession(throughline, name);
    await throughline.toolSessions.delete({ session, tool, key: key ?? null });
    if (options.json === true) {
      await printJson({ session_id: session, tool_name: tool, tool_key: key ?? null, deleted: true });
    } else await writeOutput(`${oneLine(tool)} has no such session any more.\n`);
    return exitCodes.success;
  });
}

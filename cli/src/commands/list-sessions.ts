import { type Session, type SessionFilter, ThroughlineError, sessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { shortId } from "../terminal/short-id.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { pageToJson } from "./page-to-json.ts";

export interface ListSessionsOptions extends CommonOptions {
  readonly user?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly status?: "active" | "archived" | "expired";
  readonly tag?: string;
  readonly pinned?: boolean;
  readonly q?: string;
  readonly workspace?: string;
  readonly metadata?: readonly string[];
  readonly all?: boolean;
  readonly order?: "activity" | "created";
  readonly limit?: number;
  readonly cursor?: string;
}

export async function listSessions(options: ListSessionsOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline) => {
    const page = await throughline.sessions.list(filterOf(options));
    if (options.json === true) {
      await printJson(pageToJson(page, sessionToJson));
      return exitCodes.success;
    }
    await printTable(page.items);
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

function filterOf(options: ListSessionsOptions): SessionFilter {
  const { store: _store, json: _json, workspace, metadata, ...filter } = options;
  return {
    ...filter,
    ...(workspace === undefined ? undefined : { workspacePath: workspace }),
    ...(metadata === undefined ? undefined : { metadata: Object.fromEntries(metadata.map(readPair)) }),
  };
}

/** `key=value`; a value that is a number, true, false or null in JSON is that, and text otherwise. */
function readPair(pair: string): [string, string | number | boolean | null] {
  const equals = pair.indexOf("=");
  if (equals < 1) {
    throw new ThroughlineError("invalid", `--metadata takes <key>=<value>, not ${pair}.`, { reason: "type" });
  }
  const text = pair.slice(equals + 1);
  const isScalar = /^(true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/.test(text);
  return [pair.slice(0, equals), isScalar ? (JSON.parse(text) as number | boolean | null) : text];
}

const columns: readonly Column[] = [
  { header: "SESSION" },
  { header: "ACTIVITY" },
  { header: "TOOL" },
  { header: "MESSAGES", align: "right" },
  { header: "TITLE", isFlexible: true },
];

async function printTable(sessions: readonly Session[]): Promise<void> {
  if (sessions.length === 0) {
    process.stderr.write("No sessions.\n");
    return;
  }
  const { isTTY, columns: width } = process.stdout;
  const rows = sessions.map((session) => [
    isTTY ? shortId(session.id) : session.id,
    formatTime(session.lastActivity),
    oneLine(session.toolId ?? ""),
    String(session.messageCount),
    titleOf(session),
  ]);
  const lines = formatTable(columns, rows, isTTY ? width : undefined);
  await writeOutput(`${lines.join("\n")}\n`);
}

function titleOf({ title, pinned, status, tags }: Session): string {
  const marks = [
    pinned ? "[pinned]" : "",
    status === "active" ? "" : `[${status}]`,
    ...tags.map((tag) => `#${tag}`),
  ];
  return oneLine([title ?? "", ...marks].join(" "));
}

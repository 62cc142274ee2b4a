import { type Session, type SessionFilter, sessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { type Holds, findHolds, holdMember } from "../sessions/find-holds.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { shortId } from "../terminal/short-id.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { listDeleted } from "./list-deleted.ts";
import { pageToJson } from "./page-to-json.ts";
import { misuse } from "../misuse.ts";

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
  readonly deleted?: boolean;
}

export async function listSessions(options: ListSessionsOptions): Promise<number> {
  if (options.deleted === true) return listDeleted(options);
  return withThroughline(options, "reads", async (throughline) => {
    const filter = filterOf(options);
    const page = await throughline.sessions.list(filter);
    const holds = await findHolds(throughline, page.items);
    if (options.json === true) {
      const toJson = (session: Session) => ({ ...sessionToJson(session), ...holdMember(holds, session) });
      await printJson(pageToJson(page, toJson));
      return exitCodes.success;
    }
    if (page.items.length === 0) {
      const { limit: _limit, order: _order, cursor: _cursor, all: _all, ...narrowing } = filter;
      const isNarrowed = Object.keys(narrowing).length > 0;
      process.stderr.write(isNarrowed ? "No session is like this.\n" : "No sessions.\n");
    } else await printTable(page.items, holds);
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

function filterOf(options: ListSessionsOptions): SessionFilter {
  const { store: _store, json: _json, deleted: _deleted, workspace, metadata, ...filter } = options;
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
    throw misuse(`--metadata takes <key>=<value>, not ${pair}.`);
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

async function printTable(sessions: readonly Session[], holds: Holds): Promise<void> {
  const { isTTY, columns: width } = process.stdout;
  const rows = sessions.map((session) => [
    isTTY ? shortId(session.id) : session.id,
    formatTime(session.lastActivity),
    oneLine(session.toolId ?? ""),
    String(session.messageCount),
    titleOf(session, holds.has(session.id)),
  ]);
  const lines = formatTable(columns, rows, isTTY ? width : undefined);
  await writeOutput(`${lines.join("\n")}\n`);
}

function titleOf({ title, pinned, status, tags }: Session, isHeld: boolean): string {
  const marks = [
    pinned ? "[pinned]" : "",
    isHeld ? "[held]" : "",
    status === "active" ? "" : `[${status}]`,
    ...tags.map((tag) => `#${tag}`),
  ];
  return oneLine([title ?? "", ...marks].join(" "));
}

import { everyRecord } from "./every-record.ts";
import { allSessions } from "./sessions/find-session.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings } from "./sessions/sessions.ts";

export interface Statistics {
  readonly sessions: {
    readonly total: number;
    readonly active: number;
    readonly archived: number;
    readonly expired: number;
    /** How many belong to each tool; `''` for none. */
    readonly byTool: Readonly<Record<string, number>>;
  };
  readonly messages: number;
  readonly tokens: number;
  /** Records of files that were uploaded to a provider, and have not expired. */
  readonly files: number;
  /** What those files have together. The size of the database is for its own tools to tell. */
  readonly bytes: number;
  readonly firstActivity: Date | null;
  readonly lastActivity: Date | null;
}

/**
 * Counts the tenant's sessions, messages, tokens and files. Reads every session and file record once: about a second for
 * 100,000.
 */
export async function countAll(context: ServiceContext, settings: CallSettings): Promise<Statistics> {
  const status = { active: 0, archived: 0, expired: 0 };
  const byTool = new Map<string, number>();
  let [total, messages, tokens, first, last] = [0, 0, 0, Number.POSITIVE_INFINITY, 0];
  for await (const row of allSessions(context, settings)) {
    total += 1;
    status[row.status as keyof typeof status] += 1;
    const tool = row.toolId as string;
    byTool.set(tool, (byTool.get(tool) ?? 0) + 1);
    messages += row.messageCount as number;
    tokens += row.tokenCount as number;
    first = Math.min(first, row.createdAt as number);
    last = Math.max(last, row.lastActivity as number);
  }
  return {
    sessions: { total, ...status, byTool: Object.fromEntries(byTool) },
    messages,
    tokens,
    ...(await countFiles(context, settings)),
    firstActivity: total === 0 ? null : new Date(first),
    lastActivity: total === 0 ? null : new Date(last),
  };
}

async function countFiles(
  context: ServiceContext,
  settings: CallSettings,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const now = context.store.now();
  let [files, bytes] = [0, 0];
  const all = {
    kind: "uploaded_files",
    shape: "key",
    prefix: [],
    direction: "forward",
    limit: 1_000,
  } as const;
  for await (const { expiresAt, size } of everyRecord(context, all, settings)) {
    if (expiresAt !== 0 && (expiresAt as number) <= now) continue;
    files += 1;
    bytes += size as number;
  }
  return { files, bytes };
}

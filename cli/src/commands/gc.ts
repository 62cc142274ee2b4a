import { type CleanUpReport, type CleanedRecord, type RecordReason, cleanUpToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface CleanUpCommandOptions extends CommonOptions {
  readonly dryRun?: boolean;
}

/** Cleans up the tenant of the configuration. Ctrl-C stops it between two steps; the next one goes on. */
export async function cleanUp(options: CleanUpCommandOptions): Promise<number> {
  const { dryRun = false, json = false } = options;
  return withThroughline(options, dryRun ? "reads" : "changes", async (throughline) => {
    const stop = onInterrupt();
    let soFar: CleanUpReport | undefined;
    try {
      const onProgress = (report: CleanUpReport): void => {
        soFar = report;
      };
      const report = await throughline.gc({ dryRun, signal: stop.signal, onProgress });
      if (json) await printJson(cleanUpToJson(report));
      else await writeOutput(describeReport(report));
      return exitCodes.success;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      if (json && soFar !== undefined) await printJson({ ...cleanUpToJson(soFar), interrupted: true });
      process.stderr.write("throughline: stopped; the next clean-up goes on.\n");
      return exitCodes.interrupted;
    } finally {
      stop.ignore();
    }
  });
}

const actions = { expire: "expire", trash: "into the trash", erase: "erase" } as const;
const reasons = {
  expires_at: "its end has come",
  inactive: "inactive for too long (expiry_hours)",
  ttl: "inactive for too long (ttl_days)",
  max_sessions: "more sessions than max_sessions",
  trash_days: "in the trash for long enough (trash_days)",
  erasing: "its erasure had begun",
} as const;
const recordReasons = {
  expires_at: "its end has come",
  ttl: "not used for too long (ttl_days)",
  max: "more than may stay (max)",
} as const satisfies Record<RecordReason, string>;

function describeReport(report: CleanUpReport): string {
  const { dryRun, expired, trashed, erased, partlyErased, removed, blobs, bytes } = report;
  const counts: readonly (readonly [number, string])[] = [
    [expired, "expired"],
    [trashed, "into the trash"],
    [erased, "erased"],
    [partlyErased, "erased but for what forks share"],
    ...Object.entries(removed).map(([kind, count]) => [count, `removed of ${kind}`] as const),
  ];
  const done = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const lines = [
    done.length === 0 ? "Nothing to do." : `${dryRun ? "Would be done" : "Done"}: ${done.join(", ")}.`,
  ];
  if (blobs > 0) lines.push(`Large values that nobody needs: ${blobs}, ${bytes} bytes.`);
  if (dryRun) lines.push(...describeSessions(report), ...describeRecords(report));
  return `${lines.join("\n")}\n`;
}

function describeSessions(report: CleanUpReport): readonly string[] {
  const { expired, trashed, erased, partlyErased, sessions } = report;
  const columns = [{ header: "SESSION" }, { header: "ACTION" }, { header: "WHY" }] as const;
  const rows = sessions.map(({ id, action, reason }) => [id, actions[action], reasons[reason]]);
  return describeList(columns, rows, expired + trashed + erased + partlyErased);
}

function describeRecords({ removed, records }: CleanUpReport): readonly string[] {
  const columns = [
    { header: "KIND" },
    { header: "REMOVE", padAtMost: 60 },
    { header: "OF", padAtMost: 46 },
    { header: "WHY" },
  ] as const;
  const rows = records.map((record) => {
    const { kind, id, title, reason } = record;
    const what = title === undefined ? id : `${id} (${title})`;
    return [kind, oneLine(what), oneLine(ownerOf(record)), recordReasons[reason]];
  });
  const all = Object.values(removed).reduce((sum, count) => sum + count, 0);
  return describeList(columns, rows, all);
}

function ownerOf({ sessionId, projectId, userId }: CleanedRecord): string {
  if (sessionId !== undefined) return `session ${sessionId}`;
  if (projectId !== undefined) return `project ${projectId}`;
  return userId === undefined ? "-" : `user ${userId}`;
}

function describeList(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  all: number,
): readonly string[] {
  if (rows.length === 0) return [];
  const more = all > rows.length ? [`… and ${all - rows.length} more`] : [];
  return ["", ...formatTable(columns, rows, undefined), ...more];
}

import { type CleanUpReport, cleanUpToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { formatTable } from "../terminal/format-table.ts";
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

function describeReport(report: CleanUpReport): string {
  const { dryRun, expired, trashed, erased, partlyErased, blobs, bytes, sessions } = report;
  const counts = [
    [expired, "expired"],
    [trashed, "into the trash"],
    [erased, "erased"],
    [partlyErased, "erased but for what forks share"],
  ] as const;
  const done = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const lines = [
    done.length === 0 ? "Nothing to do." : `${dryRun ? "Would be done" : "Done"}: ${done.join(", ")}.`,
  ];
  if (blobs > 0) lines.push(`Large values that nobody needs: ${blobs}, ${bytes} bytes.`);
  if (dryRun && sessions.length > 0) {
    const columns = [{ header: "SESSION" }, { header: "ACTION" }, { header: "WHY" }] as const;
    const rows = sessions.map(({ id, action, reason }) => [id, actions[action], reasons[reason]]);
    lines.push("", ...formatTable(columns, rows, undefined));
    const all = expired + trashed + erased + partlyErased;
    if (all > sessions.length) lines.push(`… and ${all - sessions.length} more`);
  }
  return `${lines.join("\n")}\n`;
}

import { type DeletionReceipt, ThroughlineError, receiptToJson } from "@throughline/core";
import { deleteOwner } from "../delete-owner.ts";
import { describeCounts } from "../describe-counts.ts";
import { exitCodes } from "../exit-codes.ts";
import { findDeletedOrSession } from "../sessions/find-deleted-session.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

export interface DeleteCommandOptions extends CommonOptions {
  readonly erase?: boolean;
  readonly receipt?: boolean;
  readonly project?: string;
  readonly user?: string;
  readonly yes?: boolean;
}

/** Deletes what is named: a session, a project or a user. */
export async function deleteNamed(
  session: string | undefined,
  options: DeleteCommandOptions,
): Promise<number> {
  const { project, user } = options;
  const [one, other] = [session, project, user].filter((name) => name !== undefined);
  if (one === undefined || other !== undefined) {
    const message = "delete takes one of a session, --project <id> and --user <name>.";
    throw new ThroughlineError("invalid", message, { reason: "option" });
  }
  if (project !== undefined) return deleteOwner({ kind: "project", id: project }, options);
  if (user !== undefined) return deleteOwner({ kind: "user", id: user }, options);
  return deleteSession(one, options);
}

async function deleteSession(name: string, options: DeleteCommandOptions): Promise<number> {
  const { erase = false, json = false, receipt: isAsked = false } = options;
  return withThroughline(options, "changes", async (throughline) => {
    const { id, title } = await findDeletedOrSession(throughline, name, erase);
    const receipt = await throughline.sessions.delete(id, { erase });
    if (json) {
      const shown = isAsked || erase ? receiptToJson(receipt) : { session_id: id };
      await printJson({ ...shown, deleted: true });
      return exitCodes.success;
    }
    const titled = title === null ? "" : ` (${oneLine(title)})`;
    const lines = erase
      ? [`Erased ${id}${titled}. Nothing brings it back.`]
      : [`Deleted ${id}${titled}. To bring it back: throughline undelete ${id}`];
    if (isAsked || erase) lines.push(...describeReceipt(receipt));
    await writeOutput(`${lines.join("\n")}\n`);
    return exitCodes.success;
  });
}

/** What went, for people. */
function describeReceipt(receipt: DeletionReceipt): readonly string[] {
  const { erased, removed, bytes } = receipt;
  const lines = [erased ? "Removed:" : "Hidden:", ...describeCounts(removed, bytes)];
  if (receipt.eraseAfter !== null) {
    lines.push(`Clean-up erases it after ${formatTime(receipt.eraseAfter)}.`);
  }
  if (receipt.sharedWith.length > 0) {
    lines.push(`Forks go on reading what they share: ${receipt.sharedWith.join(", ")}`);
  }
  if (receipt.forksWithLostHistory.length > 0) {
    lines.push(`Forks that lost a part of their history: ${receipt.forksWithLostHistory.join(", ")}`);
  }
  return lines;
}

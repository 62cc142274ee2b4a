/** Deletes a project or a user with all that is theirs, for people who say twice that they mean it. */
import { type OwnerReceipt, type Throughline, ThroughlineError, ownerReceiptToJson } from "@throughline/core";
import { describeCounts } from "./describe-counts.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTime } from "./terminal/format-time.ts";
import { oneLine } from "./terminal/printable.ts";
import { printJson, writeOutput } from "./terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "./with-throughline.ts";

interface Owner {
  readonly kind: "project" | "user";
  readonly id: string;
}

interface Options extends CommonOptions {
  readonly erase?: boolean;
  readonly yes?: boolean;
}

export async function deleteOwner(owner: Owner, options: Options): Promise<number> {
  const { erase = false, json = false, yes = false } = options;
  const { kind, id } = owner;
  return withThroughline(options, "changes", async (throughline) => {
    if (!yes) throw await unconfirmed(throughline, owner, erase);
    const service = kind === "project" ? throughline.projects : throughline.users;
    const receipt = await service.delete(id, { erase });
    if (json) await printJson({ ...ownerReceiptToJson(receipt), deleted: true });
    else await writeOutput(`${describe(owner, receipt).join("\n")}\n`);
    return exitCodes.success;
  });
}

/** Says what there is, and that nothing was removed. */
async function unconfirmed(
  { store, tenant, projects }: Throughline,
  { kind, id }: Owner,
  erase: boolean,
): Promise<ThroughlineError> {
  const sessions = { type: "count", kind: "sessions", shape: kind, prefix: [id], hidden: erase } as const;
  const { answers } = await store.read({ tenant, requests: [sessions] });
  const [count] = answers;
  // A project without its record may have sessions in the trash.
  if (kind === "project" && count === 0) await projects.get(id);
  const what = count === 1 ? "1 session" : `${count} sessions`;
  const fate = erase ? "be erased for ever" : "go to the trash";
  const message = `The ${kind} ${id} has ${what}, which would ${fate}; memories and all else of the ${kind} would be gone at once. Nothing was removed: say --yes to do it.`;
  return new ThroughlineError("invalid", message, { reason: "option" });
}

function describe({ kind, id }: Owner, receipt: OwnerReceipt): readonly string[] {
  const { removed, hidden, bytes, eraseAfter, sharedWith, forksWithLostHistory, stays } = receipt;
  const lines = [`Deleted the ${kind} ${oneLine(id)}.`, "Removed:", ...describeCounts(removed, bytes)];
  if (Object.keys(hidden).length > 0) lines.push("In the trash:", ...describeCounts(hidden, 0));
  if (eraseAfter !== null) lines.push(`Clean-up erases it after ${formatTime(eraseAfter)}.`);
  if (sharedWith.length > 0)
    lines.push(`Forks of others go on reading what they share: ${sharedWith.join(", ")}`);
  if (forksWithLostHistory.length > 0)
    lines.push(`Forks of others that lost a part of their history: ${forksWithLostHistory.join(", ")}`);
  for (const { kind: left, count, reason } of stays)
    lines.push(`Left: ${count} ${left.replaceAll("_", " ")}. ${reason}`);
  return lines;
}

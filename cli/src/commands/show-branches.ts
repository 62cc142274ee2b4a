/** The branches of a session: those of which some are told beside it, and the list of all. */
import { type Session, type SessionBranch, type Throughline, branchToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";

const toldBeside = 5;
const pageSize = 1_000;

/** Where branches end, for one line; null where there is but one. */
export async function describeBranches({ sessions }: Throughline, { id }: Session): Promise<string | null> {
  const { items, next } = await sessions.branches(id, { limit: toldBeside });
  if (items.length < 2) return null;
  const ends = items.map(({ headSeq, isCurrent }) => `${headSeq}${isCurrent ? " (current)" : ""}`);
  return `to ${ends.join(", ")}${next === undefined ? "" : ", …"}; list them with --branches, read one with --branch <number>`;
}

/** Prints all branches, the one with the newest end first. Answers the exit code. */
export async function showBranches(
  throughline: Throughline,
  { id }: Session,
  isJson: boolean,
): Promise<number> {
  const items: SessionBranch[] = [];
  let cursor: string | undefined;
  do {
    const page = await throughline.sessions.branches(id, {
      limit: pageSize,
      ...(cursor === undefined ? undefined : { cursor }),
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  if (isJson) await printJson({ items: items.map(branchToJson) });
  else if (items.length === 0) process.stderr.write("No messages, and so no branch.\n");
  else await printTable(items);
  return exitCodes.success;
}

const columns: readonly Column[] = [
  { header: "END", align: "right" },
  { header: "LEFT AT", align: "right" },
  { header: "WRITTEN" },
  { header: "ROLE" },
  { header: "MESSAGE", isFlexible: true },
];

async function printTable(branches: readonly SessionBranch[]): Promise<void> {
  const rows = branches.map(({ headSeq, parentSeq, createdAt, role, messageId, isCurrent }) => [
    String(headSeq),
    parentSeq === null ? "-" : String(parentSeq),
    formatTime(createdAt),
    role,
    `${oneLine(messageId)}${isCurrent ? " [current]" : ""}`,
  ]);
  const { isTTY, columns: width } = process.stdout;
  await writeOutput(`${formatTable(columns, rows, isTTY ? width : undefined).join("\n")}\n`);
}

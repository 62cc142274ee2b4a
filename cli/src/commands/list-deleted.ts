import { type DeletedSession, ThroughlineError, deletedSessionToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { withThroughline } from "../with-throughline.ts";
import type { ListSessionsOptions } from "./list-sessions.ts";
import { pageToJson } from "./page-to-json.ts";

/** Lists what is in the trash, deleted last first, and when clean-up erases it. */
export async function listDeleted(options: ListSessionsOptions): Promise<number> {
  const { store: _store, json, deleted: _deleted, limit, cursor, ...others } = options;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new ThroughlineError(
      "invalid",
      `--deleted goes with --limit and --cursor only, not with ${flagOf(other, others)}.`,
      {
        reason: "option",
        details: { option: other },
      },
    );
  }
  return withThroughline(options, "reads", async ({ sessions }) => {
    const page = await sessions.trash({
      ...(limit === undefined ? undefined : { limit }),
      ...(cursor === undefined ? undefined : { cursor }),
    });
    if (json === true) {
      await printJson(pageToJson(page, deletedSessionToJson));
      return exitCodes.success;
    }
    if (page.items.length === 0) process.stderr.write("No deleted sessions.\n");
    else await printTable(page.items);
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

function flagOf(name: string, values: Readonly<Record<string, unknown>>): string {
  return values[name] === false ? `--no-${name}` : `--${name}`;
}

const columns: readonly Column[] = [
  { header: "SESSION" },
  { header: "DELETED" },
  { header: "ERASED AFTER" },
  { header: "MESSAGES", align: "right" },
  { header: "TITLE", isFlexible: true },
];

/** With full ids also on a terminal: a deleted session goes by nothing else where it is erased. */
async function printTable(sessions: readonly DeletedSession[]): Promise<void> {
  const rows = sessions.map(({ id, deletedAt, eraseAfter, messageCount, title }) => [
    id,
    formatTime(deletedAt),
    eraseAfter === null ? "never" : formatTime(eraseAfter),
    String(messageCount),
    oneLine(title ?? ""),
  ]);
  const { isTTY, columns: width } = process.stdout;
  await writeOutput(`${formatTable(columns, rows, isTTY ? width : undefined).join("\n")}\n`);
}

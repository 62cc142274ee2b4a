import type { Row } from "./harness/row.ts";
import { appendRow } from "./rows/append.ts";
import { lastMessagesRow } from "./rows/last-messages.ts";
import { listSessionsRow } from "./rows/list-sessions.ts";
import { processesRow } from "./rows/processes.ts";
import { startupRow } from "./rows/startup.ts";
import { wholeSessionRow } from "./rows/whole-session.ts";
import { writersRow } from "./rows/writers.ts";

/** All rows, in the order of the report. */
export const rows: readonly Row[] = [
  appendRow,
  writersRow,
  processesRow,
  lastMessagesRow,
  wholeSessionRow,
  listSessionsRow,
  startupRow,
];

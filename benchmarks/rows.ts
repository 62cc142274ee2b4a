import type { Row } from "./harness/row.ts";
import { appendRow } from "./rows/append.ts";
import { branchesRow } from "./rows/branches.ts";
import { contextPagesRow } from "./rows/context-pages.ts";
import { diskRow } from "./rows/disk.ts";
import { hookRow } from "./rows/hook.ts";
import { httpRow } from "./rows/http.ts";
import { importRow } from "./rows/import.ts";
import { lastMessagesRow } from "./rows/last-messages.ts";
import { listMemoriesRow } from "./rows/list-memories.ts";
import { listSessionsRow } from "./rows/list-sessions.ts";
import { mongodbRow } from "./rows/mongodb.ts";
import { postgresRow } from "./rows/postgres.ts";
import { processesRow } from "./rows/processes.ts";
import { rankResourcesRow } from "./rows/rank-resources.ts";
import { recordContextRow } from "./rows/record-context.ts";
import { searchRow } from "./rows/search.ts";
import { startupRow } from "./rows/startup.ts";
import { tenantCommitsRow } from "./rows/tenant-commits.ts";
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
  importRow,
  diskRow,
  searchRow,
  postgresRow,
  startupRow,
  httpRow,
  mongodbRow,
  tenantCommitsRow,
  branchesRow,
  recordContextRow,
  contextPagesRow,
  listMemoriesRow,
  hookRow,
  rankResourcesRow,
];

import {
  type Importance,
  type RankedResource,
  type Resource,
  type ResourceListInput,
  type Throughline,
  resourceToJson,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../sessions/find-session.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { countByType } from "./count-resources.ts";
import { listDependencies } from "./dependencies.ts";
import { pageToJson } from "./page-to-json.ts";
import { misuse } from "../misuse.ts";

export interface ListResourcesOptions
  extends CommonOptions, Pick<ResourceListInput, "project" | "type" | "limit" | "cursor"> {
  readonly order?: "accessed" | "recent" | "importance";
  readonly session?: string;
  readonly byType?: boolean;
  readonly dependencies?: string;
  readonly dependents?: string;
}

export async function listResources(options: ListResourcesOptions): Promise<number> {
  const { store: _store, json = false, byType = false, dependencies, dependents, ...given } = options;
  if (byType) return countByType(options);
  if (dependencies !== undefined || dependents !== undefined) return listDependencies(options);
  checkTogether(given);
  return withThroughline(options, "reads", async (throughline) => {
    const page = await readPage(throughline, given);
    if (json) {
      await printJson(pageToJson(page, resourceToJson));
      return exitCodes.success;
    }
    if (page.items.length === 0) process.stderr.write("No resources.\n");
    else await printTable(page.isRanking ? rankedTable(page.items) : usedTable(page.items));
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

type Given = Omit<ListResourcesOptions, keyof CommonOptions | "byType">;

function checkTogether({ order, session, project, type, cursor }: Given): void {
  if (order === "importance") {
    if (cursor !== undefined)
      throw misuse("--order importance has no further pages: ask for more with --limit.");
    if (session !== undefined && project !== undefined)
      throw misuse("--project can't be given with --session.");
    return;
  }
  if (session === undefined) return;
  if (order === "accessed")
    throw misuse("--session lists what was accessed last first, or by --order importance.");
  if (project !== undefined) throw misuse("--project can't be given with --session.");
  if (type !== undefined) throw misuse("--type can be given with --session only by --order importance.");
}

type ResourcePage = { readonly next?: string } & (
  | { readonly isRanking: true; readonly items: readonly RankedResource[] }
  | { readonly isRanking: false; readonly items: readonly Resource[] }
);

async function readPage(throughline: Throughline, given: Given): Promise<ResourcePage> {
  const { order, session: name, cursor, ...filters } = given;
  const session = name === undefined ? undefined : (await findSession(throughline, name)).id;
  const paging = cursor === undefined ? undefined : { cursor };
  if (order === "importance") {
    const whose = session === undefined ? undefined : { session };
    return { isRanking: true, items: (await throughline.resources.rank({ ...filters, ...whose })).items };
  }
  if (session === undefined) {
    const ordered = order === undefined ? undefined : { order };
    return {
      isRanking: false,
      ...(await throughline.resources.list({ ...filters, ...ordered, ...paging })),
    };
  }
  const limit = filters.limit === undefined ? undefined : { limit: filters.limit };
  return { isRanking: false, ...(await throughline.resources.ofSession(session, { ...limit, ...paging })) };
}

interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

function usedTable(resources: readonly Resource[]): Table {
  const columns: readonly Column[] = [
    { header: "ACCESSES", align: "right" },
    { header: "EDITS", align: "right" },
    { header: "LAST" },
    { header: "TYPE" },
    { header: "PROJECT" },
    { header: "PATH", isFlexible: true },
  ];
  const rows = resources.map(({ accessCount, editCount, lastAccessed, type, projectId, path }) => [
    String(accessCount),
    String(editCount),
    formatTime(lastAccessed),
    type,
    oneLine(projectId ?? ""),
    oneLine(path),
  ]);
  return { columns, rows };
}

function rankedTable(resources: readonly RankedResource[]): Table {
  const columns: readonly Column[] = [
    { header: "IMPORTANCE", align: "right" },
    { header: "PROJECT" },
    { header: "PATH", isFlexible: true },
    { header: "WHY" },
  ];
  const rows = resources.map(({ ranking, projectId, path }) => [
    ranking.importance.toFixed(3),
    oneLine(projectId ?? ""),
    oneLine(path),
    mainReasons(ranking),
  ]);
  return { columns, rows };
}

/** The two parts that make most of it. */
function mainReasons({ parts }: Importance): string {
  const all = Object.values(parts).toSorted(
    (one, other) => other.weight * other.value - one.weight * one.value,
  );
  return all
    .slice(0, 2)
    .map(({ reason }) => reason)
    .join(", ");
}

async function printTable({ columns, rows }: Table): Promise<void> {
  const { isTTY, columns: width } = process.stdout;
  await writeOutput(`${formatTable(columns, rows, isTTY ? width : undefined).join("\n")}\n`);
}

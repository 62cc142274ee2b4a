import { type Resource, type ResourceListInput, resourceToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { findSession } from "../find-session.ts";
import { type Column, formatTable } from "../terminal/format-table.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { pageToJson } from "./page-to-json.ts";

export interface ListResourcesOptions
  extends CommonOptions, Pick<ResourceListInput, "order" | "project" | "type" | "limit" | "cursor"> {
  readonly session?: string;
}

export async function listResources(options: ListResourcesOptions): Promise<number> {
  const { store: _store, json = false, session, ...given } = options;
  return withThroughline(options, "reads", async (throughline) => {
    const { limit, cursor } = given;
    const paging = {
      ...(limit === undefined ? undefined : { limit }),
      ...(cursor === undefined ? undefined : { cursor }),
    };
    const page =
      session === undefined
        ? await throughline.resources.list(given)
        : await throughline.resources.ofSession((await findSession(throughline, session)).id, paging);
    if (json) {
      await printJson(pageToJson(page, resourceToJson));
      return exitCodes.success;
    }
    await printTable(page.items);
    if (page.next !== undefined) process.stderr.write(`More: the same with --cursor ${page.next}\n`);
    return exitCodes.success;
  });
}

const columns: readonly Column[] = [
  { header: "ACCESSES", align: "right" },
  { header: "EDITS", align: "right" },
  { header: "LAST" },
  { header: "TYPE" },
  { header: "PROJECT" },
  { header: "PATH", isFlexible: true },
];

async function printTable(resources: readonly Resource[]): Promise<void> {
  if (resources.length === 0) {
    process.stderr.write("No resources.\n");
    return;
  }
  const rows = resources.map(({ accessCount, editCount, lastAccessed, type, projectId, path }) => [
    String(accessCount),
    String(editCount),
    formatTime(lastAccessed),
    type,
    oneLine(projectId ?? ""),
    oneLine(path),
  ]);
  const { isTTY, columns: width } = process.stdout;
  await writeOutput(`${formatTable(columns, rows, isTTY ? width : undefined).join("\n")}\n`);
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../driver.ts";
import { ATTEMPTS, type Report } from "./carry-out-workload.ts";
import { checkImage } from "./check-image.ts";
import { listBatches, makeReference } from "./reference.ts";
import { DATABASE, type Step } from "./workloads.ts";

/** What a caller may be told while a disk fails. */
const known = ["unavailable/io_error", "unavailable/disk_full", "unavailable/cannot_open"];

/**
 * What is wrong after a workload whose calls failed, given all that it reported before its end: everything acknowledged
 * is there, nothing refused is, and what nobody was told about is there whole or not at all. All batches of the
 * workload but quiet ones have an operation id, by which they are found. `alsoKnown` are errors (`code/reason`) that are
 * right here beside those of any failing disk.
 */
export async function checkAfterFaults(
  folder: string,
  steps: readonly Step[],
  reports: readonly Report[],
  alsoKnown: readonly string[] = [],
): Promise<string[]> {
  const path = join(folder, DATABASE);
  const batches = listBatches(steps);
  const acknowledged = new Set(
    reports.flatMap(({ name, result }) => (result === undefined || name === undefined ? [] : [name])),
  );
  const refused = findRefused(reports);
  let positions: ReadonlyMap<string, number>;
  try {
    positions = readOperations(path);
  } catch (error) {
    return [`it can't be opened: ${String(error)}`];
  }
  const present = batches
    .map((named) => ({ ...named, position: positions.get(named.batch.operation?.id ?? "") }))
    .filter(({ name, batch, position }) => position !== undefined || (batch.quiet && acknowledged.has(name)))
    .toSorted((one, other) => one.step - other.step || (one.position ?? 0) - (other.position ?? 0));
  const names = new Set(present.map(({ name }) => name));
  const { wrong, lost } = await checkImage(path, await makeReference(present), [...acknowledged]);
  return [
    ...wrong,
    ...lost.map((name) => `lost ${name}`),
    ...[...acknowledged].filter((name) => !names.has(name)).map((name) => `lost ${name}`),
    ...present.filter(({ name }) => refused.has(name)).map(({ name }) => `${name} was refused and is there`),
    ...reports.flatMap((report) =>
      report.result !== undefined || [...known, ...alsoKnown].includes(report.failure.error)
        ? []
        : [`${report.call} failed with ${report.failure.error}`],
    ),
  ];
}

/** Batches that were refused each time. After fewer attempts the last one may have been under way at the end. */
function findRefused(reports: readonly Report[]): Set<string> {
  const refusals = new Map<string, number>();
  for (const { name = "", ...report } of reports) {
    if ("failure" in report && report.failure.outcome === "refused")
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
  }
  return new Set([...refusals].filter(([, count]) => count === ATTEMPTS).map(([name]) => name));
}

/** The position of each operation in a file; none in a file without tables. */
function readOperations(path: string): Map<string, number> {
  if (!existsSync(path)) return new Map();
  const database = openDatabase(path, { readOnly: false });
  try {
    const hasTable = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'operations'").get();
    if (hasTable === undefined) return new Map();
    const rows = database.prepare("SELECT operation_id, position FROM operations").all();
    return new Map(rows.map(([id, position]) => [id as string, position as number]));
  } finally {
    database.close();
  }
}

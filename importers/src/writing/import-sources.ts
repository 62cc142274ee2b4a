/** Imports files and folders of other tools. */
import type { Throughline } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { findSources } from "../find-sources.ts";
import type { Importer } from "../importer.ts";
import { findImporter, importers } from "../importers.ts";
import { openSource, readHead } from "../open-source.ts";
import { type FileImport, importFile } from "./import-file.ts";
import { type ImportReport, emptyReport } from "./import-report.ts";

export interface ImportOptions {
  /** Owner of the sessions. Default: `local`. */
  readonly user?: string;
  /** Reads only this tool's files. Default: each file's tool is found by its content. */
  readonly importer?: Importer;
  /** Stops between two batches; the report says so, and the next import goes on there. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly path: string;
  /** Bytes read of all files found so far, those that had nothing new included. */
  readonly bytes: number;
  /** Bytes of all files to read. */
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
}

/**
 * Imports every session under the paths: twice without a duplicate, a grown file from where it was left, in memory that
 * does not grow with the files. What can't be read is in the report; the rest is imported.
 *
 * @throws ThroughlineError when the store fails: what was imported by then is kept.
 */
export async function importSources(
  throughline: Throughline,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  const report = emptyReport();
  const fates: FileImport["fates"] = new Map();
  const extensions = [
    ...new Set(
      (options.importer === undefined ? importers : [options.importer]).flatMap((one) => one.extensions),
    ),
  ];
  const found: { readonly path: string; readonly size: number }[] = [];
  for await (const source of findSources(paths, extensions)) {
    if (source.type === "file") found.push(source);
    else report.unreadable.push({ path: source.path, message: source.message });
  }
  const totalBytes = found.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const [index, { path, size }] of found.entries()) {
    const progress = (bytes: number): void =>
      options.onProgress?.({
        path,
        bytes: before + bytes,
        totalBytes,
        files: index,
        totalFiles: found.length,
      });
    progress(0);
    await importFound(throughline, path, options, { report, fates, progress });
    before += size;
    progress(0);
    if (options.signal?.aborted === true) {
      report.interrupted = true;
      break;
    }
  }
  const count = (fate: string): number => [...fates.values()].filter((one) => one === fate).length;
  report.sessionsCreated = count("created");
  report.sessionsGrown = count("grown");
  report.sessionsDeleted = count("deleted");
  return report;
}

async function importFound(
  throughline: Throughline,
  path: string,
  options: ImportOptions,
  run: Pick<FileImport, "report" | "fates" | "progress">,
): Promise<void> {
  const { report } = run;
  try {
    const source = await openSource(path);
    const head = await readHead(source);
    const importer =
      options.importer?.recognises(head) === false ? undefined : (options.importer ?? findImporter(head));
    if (importer === undefined) {
      report.skipped.push(path);
      return;
    }
    report.files += 1;
    await importFile(
      { throughline, importer, source, head, user: options.user ?? "local", ...run },
      options.signal,
    );
  } catch (error) {
    if (isThroughlineError(error)) throw error;
    report.unreadable.push({ path, message: error instanceof Error ? error.message : String(error) });
  }
}

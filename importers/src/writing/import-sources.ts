/** Imports files and folders of other tools. */
import { extname, resolve } from "node:path";
import type { Throughline } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { findSources } from "../find-sources.ts";
import type { ImportSource, Importer } from "../importer.ts";
import { findImporter, importers } from "../importers.ts";
import { isZip, openSource, readHead } from "../open-source.ts";
import { zipSources } from "../zip-sources.ts";
import { type FileImport, type ProjectOf, importFile } from "./import-file.ts";
import { type ImportReport, emptyReport } from "./import-report.ts";

export interface ImportOptions {
  /** Owner of the sessions. Default: `local`. */
  readonly user?: string;
  /**
   * The project of a session, by the folder that it began in, of those that have none. Asked again for each session: it
   * should remember. Default: they get none.
   */
  readonly projectOf?: ProjectOf;
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

const zipExtension = ".zip";
const exportExtensions = [
  ...new Set(importers.filter(({ isExport }) => isExport === true).flatMap((one) => one.extensions)),
].filter((extension) => extension !== zipExtension);

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
  const named = new Set(paths.map((path) => resolve(path)));
  const found: Found[] = [];
  for await (const source of findSources(paths, extensions)) {
    if (source.type === "unreadable") report.unreadable.push({ path: source.path, message: source.message });
    else found.push(...(await openFound(source, extensions, report)));
  }
  const totalBytes = found.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  const recognised = new Set<string>();
  for (const [index, one] of found.entries()) {
    const { path, size } = one;
    const progress = (bytes: number): void =>
      options.onProgress?.({
        path,
        // A packed file holds more than its size.
        bytes: before + Math.min(bytes, size),
        totalBytes,
        files: index,
        totalFiles: found.length,
      });
    progress(0);
    if (await importFound(throughline, one, options, { report, fates, progress })) recognised.add(one.file);
    before += size;
    progress(0);
    if (options.signal?.aborted === true) {
      report.interrupted = true;
      break;
    }
  }
  if (!report.interrupted) report.skipped.push(...skippedFiles(found, recognised, named));
  const count = (fate: string): number => [...fates.values()].filter((one) => one === fate).length;
  report.sessionsCreated = count("created");
  report.sessionsGrown = count("grown");
  report.sessionsDeleted = count("deleted");
  return report;
}

/** A file to import, or a file in a zip. */
interface Found {
  /** The file, or the zip. */
  readonly file: string;
  readonly path: string;
  readonly size: number;
  open(): Promise<ImportSource>;
}

/** Extensions that all sorts of programs give their files: in a folder, most have nothing to do with sessions. */
const commonExtensions: ReadonlySet<string> = new Set([".json", zipExtension]);

/** A file, or the files in a zip that an importer of exports may know. */
async function openFound(
  { path, size }: { readonly path: string; readonly size: number },
  extensions: readonly string[],
  report: ImportReport,
): Promise<readonly Found[]> {
  const file: Found = { file: path, path, size, open: () => openSource(path) };
  if (!extensions.includes(zipExtension)) return [file];
  try {
    if (!(await isZip(path))) return [file];
    const sources = await zipSources(path, exportExtensions);
    const inZip = sources.map((source) => ({
      file: path,
      path: source.path,
      size: source.size,
      open: () => Promise.resolve(source),
    }));
    // It is named where nothing in it is known.
    return inZip.length > 0 ? inZip : [{ ...file, size: 0 }];
  } catch (error) {
    report.unreadable.push({ path, message: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

/** Files in which nothing was recognised: of those with a common extension, the ones that were named. */
function skippedFiles(
  found: readonly Found[],
  recognised: ReadonlySet<string>,
  named: ReadonlySet<string>,
): readonly string[] {
  const files = new Set(found.map(({ file }) => file));
  return [...files].filter(
    (file) => !recognised.has(file) && (named.has(file) || !commonExtensions.has(extname(file))),
  );
}

/** Whether the file was recognised, or could not be read, which is in the report. */
async function importFound(
  throughline: Throughline,
  { file, path, open }: Found,
  options: ImportOptions,
  run: Pick<FileImport, "report" | "fates" | "progress">,
): Promise<boolean> {
  const { report } = run;
  try {
    const source = await open();
    const head = await readHead(source);
    const importer =
      options.importer?.recognises(head) === false ? undefined : (options.importer ?? findImporter(head));
    // What grows is not packed: only exports are read from zips.
    if (importer === undefined || (path !== file && importer.isExport !== true)) return false;
    report.files += 1;
    await importFile(
      {
        throughline,
        importer,
        source,
        head,
        user: options.user ?? "local",
        projectOf: options.projectOf,
        ...run,
      },
      options.signal,
    );
  } catch (error) {
    if (isThroughlineError(error)) throw error;
    report.unreadable.push({ path, message: error instanceof Error ? error.message : String(error) });
  }
  return true;
}

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { type JsonObject, type Throughline, parseInput, sessionInput, toSnakeCase } from "@throughline/core";
import {
  type ImportReport,
  type Importer,
  importSources,
  importerNamed,
  importers,
} from "@throughline/importers";
import type { ResolvedConfiguration } from "../configuration/resolve-configuration.ts";
import { exitCodes } from "../exit-codes.ts";
import { drainInto } from "../hook/drain-into.ts";
import { onInterrupt } from "../on-interrupt.ts";
import { didYouMean, similarNames } from "../arguments/similar-names.ts";
import { printable } from "../terminal/printable.ts";
import { showProgress } from "../terminal/show-progress.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { projectsOfFolders } from "../workspace/projects-of-folders.ts";
import { misuse } from "../misuse.ts";

export interface ImportOptions extends CommonOptions {
  readonly user?: string;
  /** A project's id; false: none. Absent: that of the folder's repository. */
  readonly project?: string | false;
}

/** What the words of the command line ask for. */
interface Request {
  /** Undefined: each file's tool is found by its content. */
  readonly importer: Importer | undefined;
  readonly paths: readonly string[];
  /** Paths that a person named, so that it is an error when nothing can be made of one. */
  readonly isNamed: boolean;
}

export async function importFiles(words: readonly string[], options: ImportOptions): Promise<number> {
  const request = readRequest(words);
  if (request.importer === undefined && words[0] !== undefined) checkFirstWord(words[0]);
  const isNothing = request.paths.length === 0;
  // Paths that do not exist are told one by one, and are no reason to make a database.
  const access = request.paths.some((path) => existsSync(path)) ? "creates" : "reads";
  if (isNothing) process.stderr.write(`${describeNothing(request)}\n`);
  const use = async (throughline: Throughline, configuration: ResolvedConfiguration): Promise<number> => {
    if (access === "creates") await drainInto(throughline, configuration);
    const report = await runImport(throughline, request, options);
    if (options.json === true) await printJson(reportToJson(report));
    else await printReport(report, failuresIn(report, request));
    if (!isNothing && isEmpty(report)) {
      process.stderr.write(
        printable(`throughline: ${describeSought(request)} was found in ${request.paths.join(", ")}.\n`),
      );
    }
    if (report.interrupted) {
      process.stderr.write("throughline: stopped. The same command goes on from here.\n");
      return exitCodes.interrupted;
    }
    return failuresIn(report, request) > 0 ? exitCodes.failure : exitCodes.success;
  };
  // Where nothing is to be imported, it does not matter that there is no database.
  return withThroughline(options, access, use, () => undefined);
}

/** The first word is a tool only if it is one's name and there is no such path. */
function readRequest(words: readonly string[]): Request {
  const [first, ...others] = words;
  const importer = first === undefined || existsSync(first) ? undefined : importerNamed(first);
  const paths = importer === undefined ? words : others;
  if (paths.length > 0) return { importer, paths, isNamed: true };
  return { importer, paths: toolFolders(importer).filter((path) => existsSync(path)), isNamed: false };
}

/** A bare word that is neither a path nor a tool is most likely the mistyped name of a tool. */
function checkFirstWord(word: string): void {
  if (/[./\\]/.test(word) || existsSync(word)) return;
  const tools = importers.map(({ tool }) => tool);
  const meant = didYouMean(similarNames(word, tools));
  const message = `There is no file, folder or tool ${word}. ${meant}The tools are: ${tools.join(", ")}.`;
  throw misuse(message);
}

/** Where the tool, or all of them, keep their sessions. */
function toolFolders(importer: Importer | undefined): readonly string[] {
  const tools = importer === undefined ? importers : [importer];
  return tools.flatMap((tool) => tool.defaultPaths(process.env, homedir()));
}

function describeNothing({ importer }: Request): string {
  const folders = toolFolders(importer);
  if (importer !== undefined && folders.length === 0) {
    return `throughline: ${importer.tool} keeps no sessions on this machine. Name a path.`;
  }
  return `throughline: no folder of sessions was found; looked for ${folders.join(", ")}. Name a path.`;
}

function describeSought({ importer }: Request): string {
  return importer === undefined ? "nothing that is known here" : `no session of ${importer.tool}`;
}

/** Whether there was not one file to read, or to say something about. */
function isEmpty({ files, skipped, unreadable, interrupted }: ImportReport): boolean {
  return files + skipped.length + unreadable.length === 0 && !interrupted;
}

/** Files and folders that nothing could be made of, with the files that a person named. */
function failuresIn({ unreadable, skipped }: ImportReport, { isNamed, paths }: Request): number {
  const named = new Set(isNamed ? paths.map((path) => resolve(path)) : []);
  return unreadable.length + skipped.filter((path) => named.has(path)).length;
}

async function runImport(
  throughline: Throughline,
  request: Request,
  { user, project }: ImportOptions,
): Promise<ImportReport> {
  if (typeof project === "string") parseInput(sessionInput, { project }, "import");
  const stop = onInterrupt();
  const progress = await showProgress();
  try {
    return await importSources(throughline, request.paths, {
      signal: stop.signal,
      onProgress: progress.update,
      ...(user === undefined ? undefined : { user }),
      ...(project === false ? undefined : { projectOf: projectOf(throughline, project) }),
      ...(request.importer === undefined ? undefined : { importer: request.importer }),
    });
  } finally {
    progress.end();
    stop.ignore();
  }
}

function projectOf(throughline: Throughline, project: string | undefined) {
  return project === undefined ? projectsOfFolders(throughline) : async () => Promise.resolve(project);
}

function reportToJson(report: ImportReport): JsonObject {
  return Object.fromEntries(
    Object.entries(report).map(([name, value]) => [toSnakeCase(name), value as unknown]),
  );
}

async function printReport(report: ImportReport, failures: number): Promise<void> {
  const { files, unchangedFiles, skipped, problems, problemsOmitted, unreadable } = report;
  for (const { path, line, message } of problems) {
    process.stderr.write(printable(`${line === 0 ? path : `${path}:${line}`}: ${message}\n`));
  }
  if (problemsOmitted > 0) process.stderr.write(`and ${problemsOmitted} more problems\n`);
  for (const { path, message } of unreadable) process.stderr.write(printable(`${path}: ${message}\n`));
  for (const path of skipped)
    process.stderr.write(printable(`${path}: not a format that is known here; left out\n`));
  const kept = report.messagesKept > 0 ? `, ${report.messagesKept} already there` : "";
  const continued = report.messagesContinued > 0 ? `, ${report.messagesContinued} updated` : "";
  const deleted = report.sessionsDeleted > 0 ? `, ${report.sessionsDeleted} left out as deleted` : "";
  const unchanged = report.sessionsUnchanged > 0 ? `, ${report.sessionsUnchanged} unchanged` : "";
  const leftOut = skipped.length > 0 ? `, ${skipped.length} left out` : "";
  await writeOutput(
    [
      `Files: ${files} read, ${unchangedFiles} of them unchanged${leftOut}`,
      `Sessions: ${report.sessionsCreated} new, ${report.sessionsGrown} grown${unchanged}${deleted}`,
      `Messages: ${report.messagesAdded} new${continued}${kept}`,
      `Problems: ${problems.length + problemsOmitted + failures}`,
      "",
    ].join("\n"),
  );
}

import { resolve } from "node:path";
import { type CachedRepo, repoToJson } from "@throughline/core";
import { checkRepos, checkReposFirst, isThere } from "../check-repos.ts";
import { exitCodes } from "../exit-codes.ts";
import { printWarning } from "../report-error.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListReposOptions = CommonOptions & PagingOptions;

export interface SetRepoOptions extends CommonOptions {
  readonly url: string;
  readonly path: string;
  readonly ref?: string;
  readonly searchPath?: string;
  readonly commit?: string;
}

export async function listRepos(options: ListReposOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline, { settings }) => {
    await checkReposFirst(throughline, settings);
    await printPage<CachedRepo>({
      json: options.json,
      page: await throughline.repoCache.list(pagingOf(options)),
      toJson: repoToJson,
      columns: [
        { header: "REPOSITORY" },
        { header: "UPDATED" },
        { header: "REF" },
        { header: "COMMIT" },
        { header: "FOLDER", isFlexible: true },
      ],
      toRow: ({ key, lastUpdated, ref, commit, localPath }) => [
        oneLine(key),
        formatTime(lastUpdated),
        oneLine(ref ?? ""),
        oneLine((commit ?? "").slice(0, 12)),
        oneLine(localPath),
      ],
      what: "repositories",
    });
    return exitCodes.success;
  });
}

/** Prints the folder alone, for scripts. */
export async function getRepo(key: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "reads", async (throughline, { settings }) => {
    await checkReposFirst(throughline, settings);
    const repo = await throughline.repoCache.get(key);
    if (options.json === true) await printJson(repoToJson(repo));
    else await writeOutput(`${oneLine(repo.localPath)}\n`);
    return exitCodes.success;
  });
}

export async function setRepo(key: string, options: SetRepoOptions): Promise<number> {
  const { url, path, ref = null, searchPath = null, commit = null } = options;
  return withThroughline(options, "creates", async ({ repoCache }) => {
    const repo = await repoCache.set({ key, url, localPath: resolve(path), ref, searchPath, commit });
    if (!(await isThere(repo.localPath))) {
      printWarning("this folder is not there now: a check for folders that are gone forgets the clone.");
    }
    if (options.json === true) await printJson(repoToJson(repo));
    else await writeOutput(`${oneLine(repo.key)} lies in ${oneLine(repo.localPath)}.\n`);
    return exitCodes.success;
  });
}

export async function deleteRepo(key: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ repoCache }) => {
    await repoCache.delete(key);
    if (options.json === true) await printJson({ resource_key: key, deleted: true });
    else await writeOutput("Forgotten. The folder stays as it is.\n");
    return exitCodes.success;
  });
}

/** Forgets clones whose folder is gone from this machine. */
export async function checkRepositories(options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async (throughline) => {
    const forgotten = await checkRepos(throughline);
    if (options.json === true) await printJson({ forgotten });
    else if (forgotten.length === 0) await writeOutput("Every folder is there.\n");
    else await writeOutput(`Forgotten, because the folder is gone:\n${list(forgotten)}`);
    return exitCodes.success;
  });
}

function list(keys: readonly string[]): string {
  return keys.map((key) => `  ${oneLine(key)}\n`).join("");
}

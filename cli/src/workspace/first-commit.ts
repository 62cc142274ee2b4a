/** The first commit of a repository: what it has in common with all its copies, also where it has no remote. */
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { type GitFolder, readSmallFile } from "./find-git-folder.ts";

/** A walk through a million commits takes seconds. */
const longestWalk = 10_000;
/** A walk that took too long is tried again after a day. */
const retryAfter = 24 * 60 * 60 * 1_000;

/**
 * The hash of the first commit that leads to the one checked out; of several, the smallest. Null: there is none yet, it
 * is not here (a shallow clone), or git is missing or took too long.
 *
 * Found once, it is kept in a file of the user's cache: later no program is started, and a history that was rewritten
 * since is still the same repository's.
 */
export async function firstCommit(git: GitFolder): Promise<string | null> {
  if (statSync(join(git.common, "shallow"), { throwIfNoEntry: false }) !== undefined) return null;
  const file = await cacheFile(git.common);
  const kept = readKept(file);
  if (kept !== undefined && (kept.commit !== null || kept.at > Date.now() - retryAfter)) return kept.commit;
  const commit = await askGit(git.root);
  if (commit !== undefined) keep(file, { commit, at: Date.now() });
  return commit ?? null;
}

/** Null: the history is too long. Undefined: there is no answer, which costs little to find again. */
async function askGit(folder: string): Promise<string | null | undefined> {
  const program = findGit();
  if (program === undefined) return undefined;
  const words = ["--no-pager", "-C", folder, "rev-list", "--max-parents=0", "HEAD", "--"];
  return new Promise((resolve) => {
    const options = {
      timeout: longestWalk,
      killSignal: "SIGKILL",
      env: environment(),
      windowsHide: true,
    } as const;
    execFile(program, words, options, (error, output) => {
      if (error !== null) resolve(error.killed === true ? null : undefined);
      else
        resolve(
          output
            .split("\n")
            .filter((line) => /^[0-9a-f]{40,64}$/.test(line))
            .toSorted()[0],
        );
    });
  });
}

/** By its whole path: where a program is looked for in the working folder first, a repository could bring its own. */
function findGit(): string | undefined {
  const name = process.platform === "win32" ? "git.exe" : "git";
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, name)).find((file) => isProgram(file));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A program that runs inside of a hook of git is told of another repository; nothing is locked, fetched or asked. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("GIT_"));
  return {
    ...Object.fromEntries(others),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    // Versions that don't know the former would run what a repository names as its way to fetch what is missing.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_REPLACE_OBJECTS: "1",
  };
}

interface Kept {
  readonly commit: string | null;
  /** When it was found, in milliseconds. */
  readonly at: number;
}

/** A file for each repository: nobody overwrites what another found. One that was made anew at its place is another. */
async function cacheFile(common: string): Promise<string> {
  const { default: envPaths } = await import("env-paths");
  const { dev, ino, birthtimeMs } = statSync(common);
  const name = createHash("sha256")
    .update(JSON.stringify([common, dev, ino, birthtimeMs]))
    .digest("hex");
  return join(envPaths("throughline", { suffix: "" }).cache, "first-commits", `${name}.json`);
}

function readKept(file: string): Kept | undefined {
  try {
    const { commit, at } = JSON.parse(readSmallFile(file) ?? "") as Partial<Kept>;
    const isKnown = typeof at === "number" && (commit === null || /^[0-9a-f]{40,64}$/.test(commit ?? ""));
    return isKnown && commit !== undefined ? { commit, at } : undefined;
  } catch {
    return undefined;
  }
}

/** What can't be kept is found again. */
function keep(file: string, kept: Kept): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, JSON.stringify(kept));
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}

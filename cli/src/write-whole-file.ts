import { randomUUID } from "node:crypto";
import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ThroughlineError } from "@throughline/core";

/**
 * Writes a file that has its name only when it is whole: until then it is a temporary one beside it, which is removed
 * when something fails. Answers the number of bytes.
 *
 * @throws ThroughlineError `unavailable` with reason `output` when the place can't be written.
 */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<number> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  // A device or a named pipe is written into, never replaced.
  const isReplaced = found === undefined || found.isFile() || found.isDirectory();
  const temporary = isReplaced ? join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`) : target;
  if (found?.isDirectory() === true) throw cannotWrite(path, new Error("it is a folder"));
  try {
    const bytes = await writePieces(temporary, isReplaced, pieces, path);
    if (isReplaced) await fileWork(path, rename(temporary, target));
    return bytes;
  } catch (error) {
    if (isReplaced) await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes a folder where there is none, with those above it.
 *
 * @throws ThroughlineError `unavailable` with reason `output` when it can't be made.
 */
export async function makeFolder(path: string): Promise<void> {
  await fileWork(path, mkdir(path, { recursive: true }));
}

async function writePieces(
  file: string,
  isNew: boolean,
  pieces: AsyncIterable<string | Uint8Array>,
  path: string,
): Promise<number> {
  const handle = await fileWork(path, open(file, isNew ? "wx" : "w"));
  try {
    let bytes = 0;
    for await (const piece of pieces) {
      const data = typeof piece === "string" ? Buffer.from(piece) : piece;
      await fileWork(path, handle.writeFile(data));
      bytes += data.length;
    }
    if (isNew) await fileWork(path, handle.sync());
    return bytes;
  } finally {
    await handle.close();
  }
}

async function fileWork<Result>(path: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const explanations: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EEXIST: "it is no folder",
  ENOTDIR: "a part of the path is no folder",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  EROFS: "the disk can only be read",
  ENOSPC: "the disk is full",
};

function cannotWrite(path: string, cause: unknown): ThroughlineError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const explanation = explanations[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new ThroughlineError("unavailable", `${path} can't be written: ${explanation}.`, {
    reason: "output",
    cause,
  });
}

/** What can be said of a file that changed without reading more of it than is sensible. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";

/** Bytes above which a file is not read. */
const largest = 1024 * 1024;
/** Bytes that show whether a file is text: as git looks at them. */
const sample = 8_000;

export interface FileFacts {
  /** When its content or its name was written last, in milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Bytes; undefined for what is no file, such as a link. */
  readonly size?: number;
  /** SHA-256 of its bytes; undefined for large and binary files, and what can't be read. */
  readonly contentHash?: string;
}

/** Undefined: there is no file any more. Null: it is a folder, or nothing that has content, such as a socket. */
export async function readFileFacts(path: string): Promise<FileFacts | undefined | null> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const writtenAt = Math.floor(found.ctimeMs);
  if (found.isSymbolicLink()) return { writtenAt };
  if (!found.isFile()) return null;
  const hash = found.size > largest ? undefined : await hashOf(path, found.size);
  return { writtenAt, size: found.size, ...(hash === undefined ? undefined : { contentHash: hash }) };
}

async function hashOf(path: string, size: number): Promise<string | undefined> {
  let file: FileHandle | undefined;
  try {
    // Whatever stands there by now: neither a link is followed nor a pipe waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      // It grows: another change will tell.
      if (length > size || buffer.subarray(0, Math.min(length, sample)).includes(0)) return undefined;
      if (bytesRead === 0) break;
    }
    return createHash("sha256").update(buffer.subarray(0, length)).digest("hex");
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** What can be said of a file that changed without reading more of it than is sensible. */
import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";

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

/**
 * Undefined: there is no file any more. Null: it is a folder, or nothing that has content, such as a socket.
 *
 * A small file is read at once: to leave it to another thread takes several times as long.
 */
export function readFileFacts(path: string): FileFacts | undefined | null {
  const found = statOf(path);
  if (found === undefined) return undefined;
  const writtenAt = Math.floor(found.ctimeMs);
  if (found.isSymbolicLink()) return { writtenAt };
  if (!found.isFile()) return null;
  const { size } = found;
  const contentHash = size > largest ? undefined : hashOf(path, size);
  return { writtenAt, size, ...(contentHash === undefined ? undefined : { contentHash }) };
}

/** A folder above it may be closed to us, or be a file by now. */
function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function hashOf(path: string, size: number): string | undefined {
  let file: number | undefined;
  try {
    // Whatever stands there by now: neither a link is followed nor a pipe waited for.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(size + 1);
    let length = 0;
    for (;;) {
      const bytesRead = readSync(file, buffer, length, buffer.length - length, length);
      length += bytesRead;
      // It grows: another change will tell.
      if (length > size || buffer.subarray(0, Math.min(length, sample)).includes(0)) return undefined;
      if (bytesRead === 0) break;
    }
    return createHash("sha256").update(buffer.subarray(0, length)).digest("hex");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

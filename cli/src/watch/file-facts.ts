/** What can be said of a file that changed without reading more of it than is sensible. */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";

/** Bytes above which a file is not read. */
const largest = 1024 * 1024;
/** Bytes above which a file's text is not handed on: many are held at once. */
const handedOn = 64 * 1024;
/** Bytes that show whether a file is text: as git looks at them. */
const sample = 8_000;

export interface FileFacts {
  /** When its content or its name was written last, in milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Bytes; undefined for what is no file, such as a link. */
  readonly size?: number;
  /** SHA-256 of its bytes; undefined for large and binary files, and what can't be read. */
  readonly contentHash?: string;
  /** The text of a file that is not large. */
  readonly content?: string;
}

/**
 * Undefined: there is no file any more. Null: it is a folder, or nothing that has content, such as a socket.
 *
 * A small file is read at once: to leave it to another thread takes several times as long.
 */
export function readFileFacts(path: string, withContent: boolean): FileFacts | undefined | null {
  const found = statOf(path);
  if (found === undefined) return undefined;
  const writtenAt = Math.floor(found.ctimeMs);
  if (found.isSymbolicLink()) return { writtenAt };
  if (!found.isFile()) return null;
  const { size } = found;
  return { writtenAt, size, ...(size > largest ? undefined : readText(path, size, withContent)) };
}

/** A folder above it may be closed to us, or be a file by now. */
function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readText(
  path: string,
  size: number,
  withContent: boolean,
): Pick<FileFacts, "contentHash" | "content"> | undefined {
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
    const bytes = buffer.subarray(0, length);
    const contentHash = createHash("sha256").update(bytes).digest("hex");
    const isHandedOn = withContent && length <= handedOn && isUtf8(bytes);
    return isHandedOn ? { contentHash, content: bytes.toString("utf8") } : { contentHash };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

import { open } from "node:fs/promises";
import { resolve } from "node:path";

export interface DatabaseFile {
  readonly path: string;
  /** In bytes; null where there is no file. */
  readonly size: number | null;
  /** Permissions in octal; null where there is no file, and where files have none. */
  readonly mode: string | null;
  /** Null for what is no SQLite file. */
  readonly schemaVersion: number | null;
}

/** Of https://www.sqlite.org/fileformat.html#the_database_header: the file begins so, and holds its user version. */
const header = { length: 100, magic: "SQLite format 3\0", userVersionAt: 60 };

/** What can be seen of a database file from outside. */
export async function describeFile(path: string): Promise<DatabaseFile> {
  const absolute = resolve(path);
  let handle;
  try {
    handle = await open(absolute, "r");
  } catch {
    return { path: absolute, size: null, mode: null, schemaVersion: null };
  }
  try {
    const { size, mode } = await handle.stat();
    const bytes = Buffer.alloc(header.length);
    const isReadable = await handle.read(bytes, 0, header.length, 0).then(
      ({ bytesRead }) => bytesRead === header.length,
      () => false,
    );
    const isDatabase = isReadable && bytes.toString("latin1", 0, header.magic.length) === header.magic;
    return {
      path: absolute,
      size,
      mode: process.platform === "win32" ? null : (mode & 0o777).toString(8).padStart(4, "0"),
      schemaVersion: isDatabase ? bytes.readUInt32BE(header.userVersionAt) : null,
    };
  } finally {
    await handle.close();
  }
}

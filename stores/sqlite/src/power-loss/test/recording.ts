/** What `record.c` writes down, read again. */
import { readFileSync } from "node:fs";

/** One thing that a process did below the watched folder. `file` is the number of an inode. */
export type Recorded =
  | { readonly type: "create"; readonly file: number; readonly path: string }
  | { readonly type: "make-folder" | "sync-folder" | "unlink"; readonly path: string }
  | { readonly type: "write"; readonly file: number; readonly offset: number; readonly data: Buffer }
  | { readonly type: "truncate"; readonly file: number; readonly size: number }
  | { readonly type: "sync" | "failed-sync"; readonly file: number };

/** What one process did, in order. */
export interface Recording {
  readonly records: readonly Recorded[];
  /** What the process told others, as JSON lines in the file `acknowledged`, and before which record. */
  readonly acknowledged: readonly { readonly before: number; readonly line: string }[];
}

const HEADER_BYTES = 32;
const ACKNOWLEDGED = "acknowledged";

export function readRecording(path: string): Recording {
  const log = readFileSync(path);
  const records: Recorded[] = [];
  const acknowledged: { before: number; line: string }[] = [];
  let acknowledgedFile: number | undefined;
  for (let at = 0; at < log.length;) {
    const file = Number(log.readBigUInt64LE(at + 8));
    const size = Number(log.readBigUInt64LE(at + 24));
    const data = log.subarray(at + HEADER_BYTES, at + HEADER_BYTES + size);
    const record = toRecord(log, at, file, data);
    at += HEADER_BYTES + size;
    if (record.type === "create" && record.path === ACKNOWLEDGED) acknowledgedFile = file;
    else if ("file" in record && record.file === acknowledgedFile) {
      if (record.type === "write")
        acknowledged.push({ before: records.length, line: record.data.toString() });
    } else records.push(record);
  }
  return { records, acknowledged };
}

/** The numbers are those of `enum record`. */
function toRecord(log: Buffer, at: number, file: number, data: Buffer): Recorded {
  const number = Number(log.readBigUInt64LE(at));
  const offset = Number(log.readBigUInt64LE(at + 16));
  switch (number) {
    case 1:
      return { type: "create", file, path: data.toString() };
    case 2:
      return { type: "make-folder", path: data.toString() };
    case 3:
      return { type: "write", file, offset, data };
    case 4:
      return { type: "truncate", file, size: offset };
    case 5:
      return { type: "sync", file };
    case 6:
      return { type: "failed-sync", file };
    case 7:
      return { type: "sync-folder", path: data.toString() };
    case 8:
      return { type: "unlink", path: data.toString() };
    default:
      throw new RangeError(`The recording has a record of the type ${number}`);
  }
}

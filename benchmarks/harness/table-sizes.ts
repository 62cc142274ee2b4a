import { DatabaseSync } from "node:sqlite";
import type { DiskSizes } from "./contestant.ts";

/** The bytes of an SQLite file's pages, what lies in its write-ahead log counted, and those of its full-text index. */
export function tableSizes(path: string, index: string): DiskSizes {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const sum = database.prepare("SELECT coalesce(sum(pgsize), 0) AS bytes FROM dbstat WHERE name LIKE ?");
    const bytesOf = (name: string): number => Number(sum.get(name)?.["bytes"]);
    return { bytes: bytesOf("%"), indexBytes: bytesOf(`${index}%`) };
  } finally {
    database.close();
  }
}

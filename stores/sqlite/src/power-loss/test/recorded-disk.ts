import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../../test/make-random.ts";
import { type Kept, chooseKept } from "./kept.ts";
import { RecordedFile } from "./recorded-file.ts";
import type { Recorded } from "./recording.ts";

type Entry = RecordedFile | "folder";

/** A name that appeared (`entry`) or went in a folder that was not synced since. */
interface NameChange {
  readonly at: number;
  readonly path: string;
  readonly entry: Entry | undefined;
}

/**
 * A disk as bad as POSIX allows: what is written stays only when its file is synced, and a name only when its folder is.
 * The folder that is watched is there from the beginning.
 */
export class RecordedDisk {
  readonly #files = new Map<number, RecordedFile>();
  readonly #durable = new Map<string, Entry>();
  #names: NameChange[] = [];
  #records = 0;

  apply(record: Recorded): void {
    const at = this.#records;
    this.#records += 1;
    switch (record.type) {
      case "create": {
        // An inode's number is given again when its file is gone.
        const file = new RecordedFile();
        this.#files.set(record.file, file);
        this.#names.push({ at, path: record.path, entry: file });
        return;
      }
      case "make-folder":
        this.#names.push({ at, path: record.path, entry: "folder" });
        return;
      case "unlink":
        this.#names.push({ at, path: record.path, entry: undefined });
        return;
      case "sync-folder":
        this.#syncFolder(record.path);
        return;
      case "write":
        this.#file(record.file).write(at, record.offset, record.data);
        return;
      case "truncate":
        this.#file(record.file).truncate(at, record.size);
        return;
      case "sync":
        this.#file(record.file).sync();
        return;
      case "failed-sync":
        this.#file(record.file).failSync();
    }
  }

  #file(inode: number): RecordedFile {
    const file = this.#files.get(inode);
    if (file === undefined) throw new RangeError(`The recording has no file ${inode}`);
    return file;
  }

  #syncFolder(folder: string): void {
    const isInside = ({ path }: NameChange): boolean => folderOf(path) === folder;
    for (const change of this.#names.filter(isInside)) applyName(this.#durable, change);
    this.#names = this.#names.filter((change) => !isInside(change));
  }

  /** Writes into an empty folder what the disk may hold if the power goes now. */
  writeImage(folder: string, random: Random): void {
    const kept = chooseKept(random, this.#oldest(), this.#records);
    for (const [path, entry] of this.#survivingNames(kept)) {
      if (entry === "folder") mkdirSync(join(folder, path), { recursive: true });
      else writeFileSync(join(folder, path), entry.image(kept), { mode: 0o600 });
    }
  }

  #oldest(): number {
    const open = [...this.#files.values()].map(({ oldest }) => oldest);
    const all = [...open, this.#names[0]?.at].filter((at) => at !== undefined);
    return Math.min(this.#records, ...all);
  }

  /** Folders before what is in them; what is in a folder that was lost is lost with it. */
  #survivingNames(kept: Kept): [string, Entry][] {
    const names = new Map(this.#durable);
    for (const change of this.#names) if (kept.change(change.at)) applyName(names, change);
    return [...names]
      .filter(([path]) => foldersOf(path).every((folder) => names.has(folder)))
      .toSorted(([one], [other]) => one.length - other.length);
  }
}

function applyName(names: Map<string, Entry>, { path, entry }: NameChange): void {
  if (entry === undefined) names.delete(path);
  else names.set(path, entry);
}

/** The folder that holds a name; the watched folder is ''. */
function folderOf(path: string): string {
  const folder = dirname(path);
  return folder === "." ? "" : folder;
}

/** All folders above a name, below the watched one. */
function foldersOf(path: string): string[] {
  const folder = folderOf(path);
  return folder === "" ? [] : [...foldersOf(folder), folder];
}

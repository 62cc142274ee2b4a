/**
 * Where events wait until they are recorded: a file for each in a folder beside the default store. A file gets its name
 * when it is whole, so two hooks at once, one that is killed, and who records meanwhile need no lock between them. Paths are
 * put together by hand: `node:path` takes a millisecond to get going.
 */
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dataFolder } from "./data-folder.ts";
import type { HookEvent } from "./hook-event.ts";
import type { KeptSettings } from "./kept-settings.ts";

export interface SpooledEvent extends KeptSettings {
  readonly id: string;
  /** When it happened: milliseconds since the epoch. */
  readonly at: number;
  readonly event: HookEvent;
}

/** Why events wait, as whoever tried last found out. */
export interface SpoolTrouble {
  readonly message: string;
}

/** Bytes from which on a new list of what was set aside is begun; the one before is kept. */
const rejectedBytes = 1024 * 1024;
/** Characters that are kept of what was set aside. */
const rejectedLength = 1_000;
/** What was written for so long without an end never ends: milliseconds. */
const unfinishedFor = 60_000;

export class Spool {
  readonly folder: string;
  readonly rejected: string;
  readonly #events: string;
  readonly #trouble: string;

  constructor(folder: string = `${dataFolder()}/spool`) {
    this.folder = folder;
    this.#events = `${folder}/events`;
    this.rejected = `${folder}/rejected.jsonl`;
    this.#trouble = `${folder}/trouble.json`;
  }

  /** Keeps an event: it is there, whole, when this returns. A power cut may still take it: no hook waits for a disk. */
  add(event: Omit<SpooledEvent, "id">): SpooledEvent {
    const id = `${process.pid.toString(36)}-${process.hrtime.bigint().toString(36)}-${Math.random().toString(36).slice(2)}`;
    const kept = { id, ...event };
    const name = `${String(event.at).padStart(15, "0")}-${id}`;
    const unfinished = `${this.#events}/${name}.tmp`;
    const write = (): void => {
      try {
        writeFileSync(unfinished, JSON.stringify(kept), { mode: 0o600, flag: "wx" });
      } catch (error) {
        if (!isMissing(error)) rmSync(unfinished, { force: true });
        throw error;
      }
    };
    try {
      write();
    } catch (error) {
      if (!isMissing(error)) throw error;
      makeFolder(this.#events);
      write();
    }
    renameSync(unfinished, `${this.#events}/${name}.json`);
    return kept;
  }

  /** Names of those that wait, oldest first. */
  list(): readonly string[] {
    try {
      const names = readdirSync(this.#events);
      for (const name of names) if (name.endsWith(".tmp")) this.#removeUnfinished(`${this.#events}/${name}`);
      return names.filter((name) => name.endsWith(".json")).toSorted();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** How many wait, as far as can be told. */
  count(): number {
    try {
      return this.list().length;
    } catch {
      return 0;
    }
  }

  /** An event that waits; undefined where another has recorded it. One that can't be read is set aside. */
  read(name: string): SpooledEvent | undefined {
    let content: string;
    try {
      content = readFileSync(`${this.#events}/${name}`, "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const event = parse(content);
    if (event !== undefined) return event;
    this.reject(content, "its file is damaged");
    this.remove(name);
    return undefined;
  }

  remove(name: string): void {
    rmSync(`${this.#events}/${name}`, { force: true });
  }

  /** Sets aside what can't be recorded, so that those behind it are: its beginning, with the reason. */
  reject(content: string, reason: string): void {
    makeFolder(this.folder);
    if (sizeOf(this.rejected) > rejectedBytes) renameSync(this.rejected, `${this.rejected}.old`);
    const at = new Date().toISOString();
    const line = JSON.stringify({ at, reason, content: content.slice(0, rejectedLength) });
    appendFileSync(this.rejected, `${line}\n`, { mode: 0o600 });
  }

  trouble(): SpoolTrouble | undefined {
    try {
      return JSON.parse(readFileSync(this.#trouble, "utf8")) as SpoolTrouble;
    } catch {
      return undefined;
    }
  }

  /** Notes why events wait, for the next hook and `throughline doctor` to tell; undefined: none does. */
  setTrouble(message: string | undefined): void {
    if (message === undefined) return rmSync(this.#trouble, { force: true });
    writeFileSync(this.#trouble, JSON.stringify({ message }), { mode: 0o600 });
  }

  #removeUnfinished(path: string): void {
    try {
      if (Date.now() - statSync(path).mtimeMs > unfinishedFor) rmSync(path, { force: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

/** Undefined: it is none of ours. */
function parse(content: string): SpooledEvent | undefined {
  try {
    const { id, at, cwd, environment, event } = JSON.parse(content) as Partial<SpooledEvent>;
    const isWhole = typeof id === "string" && typeof at === "number" && typeof cwd === "string";
    return isWhole && isObject(environment) && isObject(event)
      ? (JSON.parse(content) as SpooledEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** With those above it. Node's own way never ends where a file system can't have folders, such as that of processes. */
function makeFolder(path: string, mayLackParent = true): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another hook may have been quicker.
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    const above = path.replace(/[/\\][^/\\]*$/, "");
    if (!isMissing(error) || !mayLackParent || above === "" || above === path) throw error;
    makeFolder(above);
    makeFolder(path, false);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

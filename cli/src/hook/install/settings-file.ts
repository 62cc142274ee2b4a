/** A settings file of a tool: read, and replaced as a whole, with a backup of what it was. */
import {
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  closeSync,
} from "node:fs";
import { randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { ThroughlineError } from "@throughline/core";

/** Undefined: there is none. @throws ThroughlineError `unavailable` with reason `tool_settings` */
export function readSettingsFile(path: string): string | undefined {
  return attempt(path, "read", () => (existsSync(path) ? readFileSync(path, "utf8") : undefined));
}

/**
 * Replaces the file by one with this text, with the same mode; where it is a link, what the link leads to. Answers the path
 * of the backup, null where there was no file.
 *
 * @throws ThroughlineError `unavailable` with reason `tool_settings`; then the file is as it was
 */
export function replaceSettingsFile(path: string, text: string, now: Date): string | null {
  return attempt(path, "written", () => {
    const target = followLinks(path);
    mkdirSync(dirname(target), { recursive: true });
    const mode = statSync(target, { throwIfNoEntry: false })?.mode;
    const backup = mode === undefined ? null : `${target}.${now.toISOString().replace(/[:.]/g, "-")}.backup`;
    if (backup !== null) copyFileSync(target, backup, constants.COPYFILE_EXCL);
    const unfinished = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
    try {
      const descriptor = openSync(unfinished, "wx", mode === undefined ? 0o666 : mode & 0o777);
      try {
        // All of it, or an error: a full disk may take a part of a single write.
        writeFileSync(descriptor, text);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(unfinished, target);
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
    return backup;
  });
}

/** Where a link leads to, also where nothing is there yet. */
function followLinks(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

function attempt<Result>(path: string, what: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ThroughlineError("unavailable", `${path} can't be ${what}: ${message}`, {
      reason: "tool_settings",
      cause,
    });
  }
}

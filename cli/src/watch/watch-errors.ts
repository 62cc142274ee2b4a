/** Why a folder is watched no longer, and what to do about it. */
import { statSync } from "node:fs";
import { ThroughlineError } from "@throughline/core";

/** @throws ThroughlineError `not_found` with reason `folder` for what is no folder */
export function expectFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw noFolder(folder, `There is no folder ${folder}.`);
  if (!found.isDirectory()) throw noFolder(folder, `${folder} is no folder.`);
}

export function folderGone(folder: string): ThroughlineError {
  return noFolder(folder, `The folder ${folder} is gone: it was removed, or has another name now.`);
}

function noFolder(folder: string, message: string): ThroughlineError {
  return new ThroughlineError("not_found", message, {
    reason: "folder",
    outcome: "refused",
    details: { folder },
  });
}

/** What the system says when a folder can't be watched, as a person can use it. */
export function watchFailure(error: unknown, folder: string): ThroughlineError {
  const { code, message } = error as NodeJS.ErrnoException;
  const isLimit = code === "ENOSPC" || code === "EMFILE";
  const why = isLimit
    ? "the system watches no more folders for this user. Raise fs.inotify.max_user_watches and fs.inotify.max_user_instances, watch a smaller folder, let .gitignore name what nobody edits, or use --poll."
    : `${message}.`;
  return new ThroughlineError("unavailable", `${folder} can't be watched: ${why}`, {
    reason: isLimit ? "watch_limit" : "watch",
    cause: error,
  });
}

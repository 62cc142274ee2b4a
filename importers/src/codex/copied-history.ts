/** The file of a forked session, or of a helper that was told all, begins with a copy of its parent's records. */
import { readCount, readLabel } from "../json-object.ts";
import type { CodexRecord } from "./codex-record.ts";

/** When a UUID of version 7 was made, in milliseconds. */
export function timeOfId(id: string): number | undefined {
  const found = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i.exec(id);
  return found === null ? undefined : Number.parseInt(`${found[1]}${found[2]}`, 16);
}

/**
 * Whether a turn is the session's own. Times of copied records were made anew, but a turn's id tells when it began;
 * where that is an old one, its beginning is given in seconds.
 */
export function isOwnTurn({ payload }: CodexRecord, since: number): boolean {
  const id = readLabel(payload["turn_id"]);
  const began = id === undefined ? undefined : timeOfId(id);
  if (began !== undefined) return began >= since;
  const seconds = readCount(payload["started_at"]);
  return seconds !== undefined && seconds >= Math.floor(since / 1000);
}

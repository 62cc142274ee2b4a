/**
 * A rollout says most things twice: as an item, and as an event for the screen. One of the two becomes a message; the
 * other's bytes are added to it, so that they are blanked with it when it is deleted.
 */
import { createHash } from "node:crypto";
import type { ByteRange } from "../importer.ts";

export type Speaker = "user" | "assistant" | "tool";

/** Something that was said by a message, and whose twin has not been met yet. */
export interface Spoken {
  readonly key: string;
  /** The message. */
  readonly id: string;
  readonly role: Speaker;
  /** Said by an event: its twin is an item. */
  readonly isEvent: boolean;
}

/** An event whose item has not been met yet. */
export interface PendingTwin {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  /** What it tells of failed. */
  readonly failed: boolean;
}

/** What two records have in common: a text, by its kind, or the id of a call. `final` is an answer that ended a turn. */
export type TwinKind = "prompt" | "answer" | "final" | "reasoning" | "search" | "call";

export function twinKey(kind: TwinKind, text: string): string {
  return `${kind}:${createHash("sha256").update(text).digest("base64url").slice(0, 12)}`;
}

/** Takes out what was said under one of these keys, by an item or by an event, latest first. */
export function takeSpoken(list: Spoken[], keys: readonly string[], isEvent: boolean): Spoken | undefined {
  const at = list.findLastIndex((spoken) => spoken.isEvent === isEvent && keys.includes(spoken.key));
  return at === -1 ? undefined : list.splice(at, 1)[0];
}

/** Takes out the events that wait under these keys, in the order of the file. */
export function takePending(
  list: PendingTwin[],
  keys: readonly string[],
): { readonly ranges: readonly ByteRange[]; readonly failed: boolean } {
  const ranges: ByteRange[] = [];
  let failed = false;
  for (const key of new Set(keys)) {
    const at = list.findIndex((pending) => pending.key === key);
    const found = at === -1 ? undefined : list.splice(at, 1)[0];
    if (found === undefined) continue;
    ranges.push([found.offset, found.length]);
    failed ||= found.failed;
  }
  return { ranges, failed };
}

import type { Row } from "../../model/kind.ts";
import { type RetentionPolicy, daysBefore, hoursBefore } from "./policy.ts";

export type CleanUpAction = "expire" | "trash" | "erase";
/**
 * `expires_at`: the session's own end has come; `inactive`: no activity for `expiryHours`; `ttl`: none for `ttlDays`;
 * `max_sessions`: there are more than that; `trash_days`: in the trash for so long; `erasing`: its erasure had begun.
 */
export type CleanUpReason = "expires_at" | "inactive" | "ttl" | "max_sessions" | "trash_days" | "erasing";

export interface Decision {
  readonly action: CleanUpAction;
  readonly reason: CleanUpReason;
}

export function makeDecision(action: CleanUpAction, why: CleanUpReason): Decision {
  return { action, reason: why };
}

/** What a policy has in store for a session that nobody holds, whatever others there are. Undefined: nothing. */
export function decide(row: Row, policy: RetentionPolicy, now: number): Decision | undefined {
  const hiddenAt = row.hiddenAt as number;
  if (hiddenAt !== 0) {
    const isDue = policy.trashDays !== null && hiddenAt <= daysBefore(now, policy.trashDays);
    return isDue ? makeDecision("erase", "trash_days") : undefined;
  }
  if (row.pinned === true) return undefined;
  const lastActivity = row.lastActivity as number;
  if (policy.ttlDays !== null && lastActivity < daysBefore(now, policy.ttlDays)) {
    return makeDecision("trash", "ttl");
  }
  if (row.status !== "active") return undefined;
  const expiresAt = row.expiresAt as number;
  // One that went on after its end is in use: an append made it active again.
  if (
    expiresAt !== 0 &&
    expiresAt <= now &&
    lastActivity < Math.max(expiresAt, (row.createdAt as number) + 1)
  ) {
    return makeDecision("expire", "expires_at");
  }
  return policy.expiryHours !== null && lastActivity < hoursBefore(now, policy.expiryHours)
    ? makeDecision("expire", "inactive")
    : undefined;
}

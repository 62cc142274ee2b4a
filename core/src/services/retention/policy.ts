/** How long sessions, and what the store keeps beside them, stay. */
import * as v from "valibot";
import { parseInput } from "../../schemas/parse-input.ts";

/** All numbers may have fractions; null: never. */
export interface RetentionPolicy {
  /** Hours without activity after which a session is marked `expired`: it stays readable. Default: null. */
  readonly expiryHours: number | null;
  /** Days without activity after which a session goes to the trash. Default: null. */
  readonly ttlDays: number | null;
  /** Listed sessions that a tenant keeps: beyond them, those that were active longest ago go to the trash. Default: null. */
  readonly maxSessions: number | null;
  /** Days in the trash after which a session is erased. Default: 30. */
  readonly trashDays: number | null;
  /** Days for which the change feed is kept. Default: 30. */
  readonly feedDays: number | null;
  /** Days for which an operation id is remembered. Default: 7. */
  readonly operationsDays: number | null;
}

export const defaultPolicy: RetentionPolicy = {
  expiryHours: null,
  ttlDays: null,
  maxSessions: null,
  trashDays: 30,
  feedDays: 30,
  operationsDays: 7,
};

/** Longer than any clock has run: what is so long is never. */
const longestDays = 100_000;

function amount(from: "above" | "from", longest: number) {
  const expected = `must be a number ${from === "above" ? "above 0" : "from 0"}, at most ${longest}, or null for never`;
  return v.optional(
    v.nullable(
      v.pipe(
        v.number(expected),
        v.check(
          (value) =>
            Number.isFinite(value) && (from === "above" ? value > 0 : value >= 0) && value <= longest,
          expected,
        ),
      ),
    ),
  );
}

const count = "must be a whole number from 1, or null for any number";

export const policyInput = v.strictObject({
  expiryHours: amount("above", longestDays * 24),
  ttlDays: amount("above", longestDays),
  maxSessions: v.optional(v.nullable(v.pipe(v.number(count), v.safeInteger(count), v.minValue(1, count)))),
  trashDays: amount("from", longestDays),
  feedDays: amount("from", longestDays),
  operationsDays: amount("from", longestDays),
});

export type PolicyInput = v.InferInput<typeof policyInput>;

/** A policy with the defaults of another for what it leaves out. @throws ThroughlineError `invalid` */
export function completePolicy(
  given: PolicyInput,
  defaults: RetentionPolicy = defaultPolicy,
): RetentionPolicy {
  const checked = parseInput(policyInput, given, "policy");
  const entries = Object.entries(checked).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(entries) };
}

const hourMs = 60 * 60 * 1_000;

export function hoursBefore(now: number, hours: number): number {
  return now - hours * hourMs;
}

export function daysBefore(now: number, days: number): number {
  return hoursBefore(now, days * 24);
}

/** When clean-up erases what was deleted; null: never. */
export function eraseAfter(deletedAt: number, policy: RetentionPolicy = defaultPolicy): Date | null {
  const { trashDays } = policy;
  return trashDays === null ? null : new Date(deletedAt + trashDays * 24 * hourMs);
}

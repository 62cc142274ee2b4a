/** How long sessions, what they carry, and what the store keeps beside them, stay. */
import * as v from "valibot";
import { parseInput } from "../../schemas/parse-input.ts";

/** What has a time and a number of its own, beside sessions. */
export const limitedKinds = [
  "toolSessions",
  "files",
  "memories",
  "workingMemories",
  "repos",
  "commands",
  "resources",
  "checkpoints",
] as const;
export type LimitedKind = (typeof limitedKinds)[number];

/** All numbers may have fractions, but for those of what is kept; null: never, or any number. */
export interface RetentionPolicy extends KindLimits {
  /** Hours without activity after which a session is marked `expired`: it stays readable. Default: null. */
  readonly expiryHours: number | null;
  /** Days without activity after which a session goes to the trash. Default: null. */
  readonly ttlDays: number | null;
  /** Listed sessions that a tenant keeps: beyond them, those that were active longest ago go to the trash. Default: null. */
  readonly maxSessions: number | null;
  /** Days after its own expiry after which the record of a file goes. Default: null. */
  readonly expiredFilesDays: number | null;
  /** Days in the trash after which a session is erased. Default: 30. */
  readonly trashDays: number | null;
  /** Days for which the change feed is kept. Default: 30. */
  readonly feedDays: number | null;
  /** Days for which an operation id is remembered. Default: 7. */
  readonly operationsDays: number | null;
}

/**
 * `…TtlDays`: days after which one that nobody used goes; `max…`: how many a tenant keeps, beyond which those go that were
 * used longest ago. Tool sessions, memories, clones and resources are used when they are looked up, commands when they
 * are given, working memory when it is written; files count from their upload, checkpoints from their creation. Default:
 * null.
 */
export type KindLimits = {
  readonly [Name in LimitName]: number | null;
};
type LimitName = `${LimitedKind}TtlDays` | `max${Capitalize<LimitedKind>}`;

/** The names of a kind's two limits. */
export function limitsOf(kind: LimitedKind): {
  readonly ttlDays: `${LimitedKind}TtlDays`;
  readonly max: `max${Capitalize<LimitedKind>}`;
} {
  const capitalized = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}` as Capitalize<LimitedKind>;
  return { ttlDays: `${kind}TtlDays`, max: `max${capitalized}` };
}

const noKindLimits = Object.fromEntries(
  limitedKinds.flatMap((kind) => Object.values(limitsOf(kind)).map((name) => [name, null])),
) as KindLimits;

/** Nothing goes by its age or number, and nothing is forgotten. */
export const keepEverything: RetentionPolicy = {
  expiryHours: null,
  ttlDays: null,
  maxSessions: null,
  ...noKindLimits,
  expiredFilesDays: null,
  trashDays: null,
  feedDays: null,
  operationsDays: null,
};

export const defaultPolicy: RetentionPolicy = {
  ...keepEverything,
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

function number() {
  return v.optional(v.nullable(v.pipe(v.number(count), v.safeInteger(count), v.minValue(1, count))));
}

export type PolicyInput = { readonly [Name in keyof RetentionPolicy]?: number | null | undefined };

export const policyInput: v.GenericSchema<PolicyInput> = v.strictObject({
  expiryHours: amount("above", longestDays * 24),
  ttlDays: amount("above", longestDays),
  maxSessions: number(),
  ...Object.fromEntries(
    limitedKinds.flatMap((kind) => {
      const { ttlDays, max } = limitsOf(kind);
      return [
        [ttlDays, amount("above", longestDays)],
        [max, number()],
      ];
    }),
  ),
  expiredFilesDays: amount("from", longestDays),
  trashDays: amount("from", longestDays),
  feedDays: amount("from", longestDays),
  operationsDays: amount("from", longestDays),
});

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

/** How much a resource matters just now, and why: one formula, in sums and quotients only, so that all engines agree. */

/** What is known of a resource, at large or in one session. */
export interface ImportanceFacts {
  readonly accessCount: number;
  readonly editCount: number;
  /** Milliseconds since the epoch. One that is yet to come counts as now. */
  readonly lastAccessed: number;
  /** The score that somebody gave, from 0 to 1; null: nobody did. */
  readonly score: number | null;
  /** Resources that depend on it. */
  readonly dependents: number;
}

export type ImportancePart = "recency" | "score" | "frequency" | "edits" | "dependents";

export interface PartOfImportance {
  /** From 0 to 1. */
  readonly value: number;
  /** How much of the whole it makes: all weights together are 1. */
  readonly weight: number;
  /** What it comes from, for people. */
  readonly reason: string;
}

export interface Importance {
  /** From 0 to 1. */
  readonly importance: number;
  readonly parts: Readonly<Record<ImportancePart, PartOfImportance>>;
}

const weights: Readonly<Record<ImportancePart, number>> = {
  recency: 0.3,
  score: 0.25,
  frequency: 0.2,
  edits: 0.15,
  dependents: 0.1,
};

const day = 24 * 60 * 60 * 1_000;
/** Since the last access; after it, recency is a half, after three of it a quarter. */
const halfLife = 7 * day;
/** How many of each make its part a half. */
const halfAt = { frequency: 10, edits: 3, dependents: 5 } as const;
/** What a resource without a score has: one that was said to be worth less comes after it. */
const withoutScore = 0.5;

/** The importance of a resource at a time (milliseconds since the epoch), with each part of it and its reason. */
export function importanceOf(facts: ImportanceFacts, now: number): Importance {
  const { accessCount, editCount, lastAccessed, score, dependents } = facts;
  const part = (name: ImportancePart, value: number, reason: string): PartOfImportance => ({
    value,
    weight: weights[name],
    reason,
  });
  const ofDependents = risen(dependents, halfAt.dependents);
  const { least } = importanceBounds(facts, now);
  return {
    importance: Math.min(least + weights.dependents * ofDependents, 1),
    parts: {
      recency: part("recency", recencyOf(lastAccessed, now), `last accessed ${timeSince(lastAccessed, now)}`),
      score: part(
        "score",
        score ?? withoutScore,
        score === null ? "no score was given" : `given the score ${score}`,
      ),
      frequency: part("frequency", risen(accessCount, halfAt.frequency), `accessed ${times(accessCount)}`),
      edits: part(
        "edits",
        risen(editCount, halfAt.edits),
        editCount === 0 ? "never edited" : `edited ${times(editCount)}`,
      ),
      dependents: part("dependents", ofDependents, dependentsText(dependents)),
    },
  };
}

/** The importance if nothing depended on the resource, and if everything did. */
export function importanceBounds(
  facts: Omit<ImportanceFacts, "dependents">,
  now: number,
): { readonly least: number; readonly most: number } {
  const { accessCount, editCount, lastAccessed, score } = facts;
  const least =
    weights.recency * recencyOf(lastAccessed, now) +
    weights.score * (score ?? withoutScore) +
    weights.frequency * risen(accessCount, halfAt.frequency) +
    weights.edits * risen(editCount, halfAt.edits);
  return { least, most: Math.min(least + weights.dependents, 1) };
}

function recencyOf(lastAccessed: number, now: number): number {
  return 1 - risen(now - lastAccessed, halfLife);
}

/** From 0 toward 1, a half at `half`: the first of many count most. Written so that rounding never lets it fall. */
function risen(count: number, half: number): number {
  return 1 - half / (Math.max(count, 0) + half);
}

function timeSince(at: number, now: number): string {
  const past = Math.max(now - at, 0);
  const hours = Math.floor(past / (day / 24));
  if (hours < 1) return "within the last hour";
  return hours < 48 ? `${numberOf(hours, "hour")} ago` : `${Math.floor(hours / 24)} days ago`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function dependentsText(count: number): string {
  if (count === 0) return "no resource depends on it";
  return count === 1 ? "1 resource depends on it" : `${count} resources depend on it`;
}

function numberOf(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

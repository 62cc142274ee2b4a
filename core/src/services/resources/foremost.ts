/**
 * The first of many resources, without knowing yet what depends on each: that part of importance has bounds, and it is
 * counted only where it can decide.
 */
import type { Row } from "../../model/kind.ts";
import { compareKeys } from "../../model/kind.ts";
import { type Importance, type ImportanceFacts, importanceBounds, importanceOf } from "./importance.ts";

export interface Candidate {
  readonly id: string;
  /** The resource; undefined: it was removed. */
  readonly row: Row | undefined;
  /** What a session has to do with it, if that is asked for. */
  readonly link: Row | undefined;
  readonly projectId: string;
  readonly path: string;
  readonly facts: Omit<ImportanceFacts, "dependents">;
}

interface Bounded extends Candidate {
  /** Its importance if nothing depends on it, and if everything does. */
  readonly least: number;
  readonly most: number;
}

export interface RankedCandidate extends Candidate {
  readonly ranking: Importance;
}

/** Candidates whose dependents are counted together, and those that wait before some are dropped. */
const countedAtOnce = 100;
const keptAtLeast = 1_000;

export class Foremost {
  readonly #limit: number;
  readonly #at: number;
  readonly #candidates = new Map<string, Bounded>();
  #met = 0;
  /** As many as are wanted are at least so important. */
  #bar = 0;
  #cleanAt: number;

  /** The first `limit` at a time (milliseconds since the epoch). */
  constructor(limit: number, at: number) {
    this.#limit = limit;
    this.#at = at;
    this.#cleanAt = 2 * limit + keptAtLeast;
  }

  /** How many were added. */
  get met(): number {
    return this.#met;
  }

  /** One that is there already is replaced. */
  add(candidate: Candidate): void {
    const { id, facts } = candidate;
    this.#met += 1;
    const { least, most } = importanceBounds(facts, this.#at);
    if (most < this.#bar) {
      this.#candidates.delete(id);
      return;
    }
    this.#candidates.set(id, { ...candidate, least, most });
    if (this.#candidates.size >= this.#cleanAt) this.#dropTooLow();
  }

  /** The first, most important first; equal ones by id. */
  async first(
    countDependents: (of: readonly Candidate[]) => Promise<readonly number[]>,
  ): Promise<readonly RankedCandidate[]> {
    this.#dropTooLow();
    const likeliest = [...this.#candidates.values()].toSorted((one, other) => other.most - one.most);
    let ranked: RankedCandidate[] = [];
    for (let begin = 0; begin < likeliest.length; begin += countedAtOnce) {
      const last = ranked[this.#limit - 1]?.ranking.importance ?? 0;
      if ((likeliest[begin]?.most ?? 0) < last) break;
      const some = likeliest.slice(begin, begin + countedAtOnce);
      const dependents = await countDependents(some);
      for (const [index, { least: _, most: __, ...candidate }] of some.entries()) {
        const facts = { ...candidate.facts, dependents: dependents[index] ?? 0 };
        ranked.push({ ...candidate, ranking: importanceOf(facts, this.#at) });
      }
      ranked = ranked.toSorted(compareRanked).slice(0, this.#limit);
    }
    return ranked;
  }

  #dropTooLow(): void {
    const least = Float64Array.from(this.#candidates.values(), (candidate) => candidate.least).toSorted();
    this.#bar = Math.max(this.#bar, least[least.length - this.#limit] ?? 0);
    for (const [id, { most }] of this.#candidates) {
      if (most < this.#bar) this.#candidates.delete(id);
    }
    this.#cleanAt = 2 * this.#candidates.size + keptAtLeast;
  }
}

function compareRanked(one: RankedCandidate, other: RankedCandidate): number {
  const order = other.ranking.importance - one.ranking.importance;
  return order === 0 ? compareKeys([one.id], [other.id]) : order;
}

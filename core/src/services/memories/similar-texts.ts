/**
 * How alike two texts are: of all runs of three characters that occur in them, the share that both have (the Jaccard index
 * of their trigrams), from 0 to 1. Letter case, compatibility forms (NFKC) and the amount of white space don't count, and of
 * a text only the first 2,000 characters do. Texts of fewer than three characters are alike if they are equal.
 */

const comparedLength = 2_000;
const runLength = 3;

/** A text made ready to be compared. */
export type TextFeatures = ReadonlySet<string>;

export function featuresOf(text: string): TextFeatures {
  const plain = text.slice(0, comparedLength).normalize("NFKC").toLowerCase().replaceAll(/\s+/gu, " ").trim();
  if (plain.length <= runLength) return new Set([plain]);
  const features = new Set<string>();
  for (let at = 0; at + runLength <= plain.length; at += 1) features.add(plain.slice(at, at + runLength));
  return features;
}

/** From 0, nothing in common, to 1. */
export function similarityOf(left: TextFeatures, right: TextFeatures): number {
  const [few, many] = left.size <= right.size ? [left, right] : [right, left];
  let common = 0;
  for (const feature of few) if (many.has(feature)) common += 1;
  return common / (left.size + right.size - common);
}

export interface SimilarText {
  /** Where in the list it is. */
  readonly index: number;
  /** To the first one of its group. */
  readonly similarity: number;
}

/** Texts that are alike: the first of each group, and those that are as `threshold` says to it. */
export interface SimilarGroup {
  readonly first: number;
  readonly others: readonly SimilarText[];
}

/**
 * Groups texts: each joins the group to whose first text it is most alike, or begins one. Only groups of two and more are
 * answered. Which texts can be alike enough at all is found by their rarest features: of two sets with a Jaccard index of
 * `t`, either has at least `ceil(t * size)` of its features in the other, so they share one of the first
 * `size - ceil(t * size) + 1` in any common order.
 */
export function groupSimilar(texts: readonly TextFeatures[], threshold: number): readonly SimilarGroup[] {
  const counts = new Map<string, number>();
  for (const features of texts) for (const each of features) counts.set(each, (counts.get(each) ?? 0) + 1);
  const rank = (feature: string): number => counts.get(feature) ?? 0;
  const groups = new Map<number, SimilarText[]>();
  /** First texts of groups, by each feature of their prefix. */
  const firsts = new Map<string, number[]>();
  for (const [index, features] of texts.entries()) {
    const prefix = prefixOf(features, threshold, rank);
    const candidates = new Set(prefix.flatMap((feature) => firsts.get(feature) ?? []));
    let best: SimilarText | undefined;
    let bestFirst = -1;
    for (const first of candidates) {
      const other = texts[first] as TextFeatures;
      if (Math.min(other.size, features.size) < threshold * Math.max(other.size, features.size)) continue;
      const similarity = similarityOf(other, features);
      if (similarity < threshold || similarity <= (best?.similarity ?? -1)) continue;
      best = { index, similarity };
      bestFirst = first;
    }
    if (best !== undefined) {
      groups.get(bestFirst)?.push(best);
      continue;
    }
    groups.set(index, []);
    for (const feature of prefix) {
      const known = firsts.get(feature);
      if (known === undefined) firsts.set(feature, [index]);
      else known.push(index);
    }
  }
  return Array.from(groups, ([first, others]) => ({ first, others })).filter(
    ({ others }) => others.length > 0,
  );
}

/** The rarest features of a text, of which one that is alike has at least one. */
function prefixOf(
  features: TextFeatures,
  threshold: number,
  rank: (feature: string) => number,
): readonly string[] {
  const ordered = [...features].toSorted(
    (left, right) => rank(left) - rank(right) || (left < right ? -1 : 1),
  );
  return ordered.slice(0, features.size - Math.ceil(threshold * features.size) + 1);
}

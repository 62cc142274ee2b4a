/**
 * How alike two texts are: of all runs of three characters that occur in them, the share that both have (the Jaccard index
 * of their trigrams), from 0 to 1. Letter case, compatibility forms (NFKC) and the amount of white space don't count, and of
 * a text only the first 2,000 characters do. Where that makes more than 256 runs, the share is that among the 256 runs of
 * both together that come first in an order as good as random (a bottom-k sketch): right to about 0.03, exact for equal
 * texts, and the same each time.
 */
const comparedLength = 2_000;
const runLength = 3;
const sketchSize = 256;

/** A text made ready to be compared. */
export interface TextFeatures {
  /** Hashes of its runs, ascending: all, or the first 256. */
  readonly runs: Uint32Array;
  readonly isWhole: boolean;
}

export function featuresOf(text: string): TextFeatures {
  const plain = text.slice(0, comparedLength).normalize("NFKC").toLowerCase().replaceAll(/\s+/gu, " ").trim();
  const hashes = new Set<number>();
  for (let at = 0; at === 0 || at + runLength <= plain.length; at += 1) hashes.add(hashRun(plain, at));
  const runs = Uint32Array.from(hashes).toSorted();
  return { runs: runs.slice(0, sketchSize), isWhole: runs.length <= sketchSize };
}

/** Spreads three units over 32 bits (the finalizer of MurmurHash3); what is beyond the end counts as a unit of its own. */
function hashRun(text: string, at: number): number {
  let hash = 0;
  for (let offset = 0; offset < runLength; offset += 1) {
    const unit = at + offset < text.length ? text.charCodeAt(at + offset) : 0x1_0000;
    hash = Math.imul(hash ^ unit, 0x9e37_79b1) + 0x7f4a_7c15;
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * From 0, nothing in common, to 1. Below `least` it is 0, which is found sooner.
 *
 * @internal exported for tests
 */
export function similarityOf(left: TextFeatures, right: TextFeatures, least = 0): number {
  const [a, b] = [left.runs, right.runs];
  const all = left.isWhole && right.isWhole ? a.length + b.length : sketchSize;
  // Those that only one has, of at most `all`: more of them than this are too many.
  const aloneAtMost = all * (1 - least);
  let [i, j, common, alone] = [0, 0, 0, 0];
  while (common + alone < all && (i < a.length || j < b.length)) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    if (x === y) common += 1;
    else alone += 1;
    if (alone > aloneAtMost) return 0;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  const similarity = common / (common + alone);
  return similarity < least ? 0 : similarity;
}

interface SimilarText {
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
 * answered. A text costs at most 512 steps for each one before it; `rest` is called after it.
 */
export async function groupSimilar(
  texts: readonly TextFeatures[],
  threshold: number,
  rest: () => Promise<void>,
): Promise<readonly SimilarGroup[]> {
  const groups: { readonly first: number; readonly others: SimilarText[] }[] = [];
  for (const [index, features] of texts.entries()) {
    let best: (typeof groups)[number] | undefined;
    let highest = 0;
    for (const group of groups) {
      const similarity = similarityOf(texts[group.first] as TextFeatures, features, threshold);
      if (similarity <= highest) continue;
      highest = similarity;
      best = group;
    }
    if (best === undefined) groups.push({ first: index, others: [] });
    else best.others.push({ index, similarity: highest });
    await rest();
  }
  return groups.filter(({ others }) => others.length > 0);
}

/** What BM25 knows of a text that matches, and of all texts that were searched. */
export interface Bm25Input {
  /** How often each clause occurs in this text. */
  readonly frequency: readonly number[];
  /** In how many texts each clause occurs, in the same order. */
  readonly textsWithClause: readonly number[];
  /** The number of texts searched. */
  readonly texts: number;
  /** Words in this text. */
  readonly length: number;
  /** Words in an average text. */
  readonly averageLength: number;
}

/** How soon more occurrences stop counting. */
const saturation = 1.2;
/** How much a long text is held against it: 0 not at all, 1 in proportion. */
const lengthWeight = 0.75;

/** The BM25 score of a text: zero or more, higher is better, comparable within one search only. */
export function scoreBm25(input: Bm25Input): number {
  const { frequency, textsWithClause, texts, length, averageLength } = input;
  const relativeLength = averageLength > 0 ? length / averageLength : 1;
  const dampening = saturation * (1 - lengthWeight + lengthWeight * relativeLength);
  let score = 0;
  for (const [index, count] of frequency.entries()) {
    const having = textsWithClause[index] ?? 0;
    const rarity = Math.log(1 + (texts - having + 0.5) / (having + 0.5));
    score += (rarity * count * (saturation + 1)) / (count + dampening);
  }
  return score;
}

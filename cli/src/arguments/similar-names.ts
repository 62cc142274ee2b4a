/** What a mistyped name may have meant. */

/** More changes than these make another word of it. */
const mostChanges = 3;
/** Of the longer name's letters, at least so many have to be right. */
const leastAlike = 0.4;

/**
 * How many letters have to be put in, left out, replaced, or exchanged with their neighbour to make one text of another.
 * https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance#Optimal_string_alignment_distance
 */
export function editDistance(one: string, other: string): number {
  let twoBefore: readonly number[] = [];
  let before: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isExchanged =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          (before[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (before[column - 1] ?? 0) + (isSame ? 0 : 1),
          isExchanged ? (twoBefore[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    twoBefore = before;
    before = current;
  }
  return before[other.length] ?? 0;
}

/** The names that are nearest to a word, where any is near. Case, and whether - or _ stands in it, make no difference. */
export function similarNames(word: string, names: readonly string[]): readonly string[] {
  const given = plain(word);
  let best = mostChanges;
  let found: string[] = [];
  for (const name of names) {
    const distance = editDistance(given, plain(name));
    const length = Math.max(given.length, name.length);
    if (distance > best || (length - distance) / length <= leastAlike) continue;
    if (distance < best) found = [];
    best = distance;
    found.push(name);
  }
  return found;
}

/** `Did you mean port? `, to be put before what follows; empty where nothing is near. */
export function didYouMean(names: readonly string[]): string {
  if (names.length === 0) return "";
  return `Did you mean ${names.length === 1 ? "" : "one of "}${names.join(", ")}? `;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

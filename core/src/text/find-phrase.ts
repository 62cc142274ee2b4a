/**
 * Calls `visit` with each index at which `phrase` begins in `tokens`, overlapping ones too. The last token of the phrase
 * may go on if it `isPrefix`.
 */
export function findPhrase(
  tokens: readonly string[],
  phrase: readonly string[],
  isPrefix: boolean,
  visit: (index: number) => void,
): void {
  const lastOffset = phrase.length - 1;
  const last = phrase[lastOffset];
  if (last === undefined) return;
  for (let end = lastOffset; end < tokens.length; end++) {
    const token = tokens[end];
    if (token !== last && !(isPrefix && token?.startsWith(last))) continue;
    let offset = lastOffset - 1;
    while (offset >= 0 && tokens[end - lastOffset + offset] === phrase[offset]) offset--;
    if (offset < 0) visit(end - lastOffset);
  }
}

import type { TextMatch, TextMatcher } from "./match-text.ts";
import { tokenizeInSteps } from "./tokenize-in-steps.ts";

/** UTF-16 units of a text that are read in one go. */
const atOnce = 64 * 1024;

/** The same as `matcher.matchText(text)`; while a large text is read, `rest` lets others have a turn after each step. */
export async function matchInTurns(
  matcher: TextMatcher,
  text: string,
  rest: () => Promise<unknown>,
): Promise<TextMatch> {
  if (text.length <= atOnce) return matcher.matchText(text);
  const match = matcher.begin();
  if (!matcher.mayMatch(text)) return match.end();
  for (const step of tokenizeInSteps(text)) {
    match.add(step);
    await rest();
  }
  return match.end();
}

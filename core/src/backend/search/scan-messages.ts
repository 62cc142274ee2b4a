/** Searches messages by reading them: those that changed after the index. */
import type { SearchFilter } from "../../contract/search.ts";
import { matchInTurns } from "../../text/match-in-turns.ts";
import { compileTextQuery } from "../../text/match-text.ts";
import type { TextQuery } from "../../text/text-query.ts";
import { type Candidate, type Found, isMessageWanted, isSessionWanted } from "./candidate.ts";
import type { IndexContext } from "./index-context.ts";
import type { MessageKey } from "./indexed-message.ts";
import { MESSAGES_AT_ONCE, readLiveMessages, toIndexedMessage } from "./read-messages.ts";

/** Finds the messages of some keys that match now, and fit the filter. */
export async function scanMessages(
  context: Pick<IndexContext, "store" | "rest">,
  keys: readonly MessageKey[],
  text: TextQuery,
  where: SearchFilter,
): Promise<Found> {
  const matcher = compileTextQuery(text);
  const candidates: Candidate[] = [];
  for (let start = 0; start < keys.length; start += MESSAGES_AT_ONCE) {
    const live = await readLiveMessages(context, keys.slice(start, start + MESSAGES_AT_ONCE));
    for (const { row, session, text: content } of live) {
      const message = toIndexedMessage(row);
      if (!isMessageWanted(message, where) || !isSessionWanted(session, where)) continue;
      const { matched, frequency, length } = await matchInTurns(matcher, content, context.rest);
      if (matched) candidates.push({ message: { ...message, length }, frequency });
      await context.rest();
    }
  }
  const textsWithClause = text.required.map(() => candidates.length);
  return { candidates, texts: keys.length, textsWithClause };
}

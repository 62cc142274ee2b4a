/** Searches messages by reading them: those that changed after the index. */
import type { SearchFilter } from "../../contract/search.ts";
import { compileTextQuery } from "../../text/match-text.ts";
import type { TextQuery } from "../../text/text-query.ts";
import { type Candidate, type Found, isMessageWanted, isSessionWanted } from "./candidate.ts";
import type { MessageKey } from "./indexed-message.ts";
import { type LiveMessage, MESSAGES_AT_ONCE, readLiveMessages, toIndexedMessage } from "./read-messages.ts";
import type { TenantStore } from "./tenant-store.ts";

/** Finds the messages of some keys that match now, and fit the filter. */
export async function scanMessages(
  store: TenantStore,
  keys: readonly MessageKey[],
  text: TextQuery,
  where: SearchFilter,
): Promise<Found> {
  const candidates: Candidate[] = [];
  for (let start = 0; start < keys.length; start += MESSAGES_AT_ONCE) {
    const live = await readLiveMessages(store, keys.slice(start, start + MESSAGES_AT_ONCE));
    candidates.push(...matchMessages(live, text, where));
  }
  const textsWithClause = text.required.map(() => candidates.length);
  return { candidates, texts: keys.length, textsWithClause };
}

function matchMessages(live: readonly LiveMessage[], text: TextQuery, where: SearchFilter): Candidate[] {
  const matcher = compileTextQuery(text);
  const candidates: Candidate[] = [];
  for (const { row, session, text: content } of live) {
    const message = toIndexedMessage(row);
    if (!isMessageWanted(message, where) || !isSessionWanted(session, where)) continue;
    const { matched, frequency, length } = matcher.matchText(content);
    if (matched) candidates.push({ message: { ...message, length }, frequency });
  }
  return candidates;
}

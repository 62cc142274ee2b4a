/** Search over the text of messages. */
import * as v from "valibot";
import { makeRest } from "../backend/search/rest.ts";
import type { SearchHit } from "../contract/search.ts";
import { SEARCH_LIMIT } from "../contract/search.ts";
import { ThroughlineError } from "../error.ts";
import type { Row } from "../model/kind.ts";
import { withJsonNames } from "../schemas/json-names.ts";
import { role } from "../schemas/message-input.ts";
import { pageSize } from "../schemas/page-size.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { label, queryText } from "../schemas/text.ts";
import { time } from "../schemas/time.ts";
import { decodeContent, textOfContent } from "../model/message-content.ts";
import { makeSnippetInTurns } from "../text/snippet.ts";
import { type TextQuery, parseTextQuery } from "../text/text-query.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { Role } from "./messages/message.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings } from "./sessions/sessions.ts";
import { fetchReadableFields } from "./blobs/fetch-readable-fields.ts";

const defaultLimit = 20;

const searchInput = v.strictObject({
  /** Words, all of which must occur; `"phrases"`, `prefix*`, `-excluded`. */
  text: queryText,
  session: v.optional(label),
  user: v.optional(label),
  project: v.optional(label),
  tool: v.optional(label),
  role: v.optional(role),
  /** Written at or after this time. */
  since: v.optional(time),
  /** Written before this time. */
  until: v.optional(time),
  /** `rank`, best first (default), or `recent`, newest first. */
  order: v.optional(v.picklist(["rank", "recent"], "must be rank or recent")),
  /** Default: 20, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});

/** The names of a search in JSON and in a URL. */
export const searchNames = {
  text: "q",
  session: "session_id",
  user: "user_id",
  project: "project_id",
  tool: "tool_id",
} as const;
export const searchJson: v.GenericSchema = withJsonNames(searchInput, searchNames);

export type SearchOptions = v.InferInput<typeof searchInput>;

export interface MessageHit {
  readonly kind: "message";
  readonly sessionId: string;
  readonly seq: number;
  readonly messageId: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Higher is better. Comparable within one answer only. */
  readonly score: number;
  /** The piece of the text that shows why it was found, on one line. */
  readonly snippet: string;
  /** Start and end of each match in `snippet`, in UTF-16 units. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
  /** Of the session. */
  readonly title: string | null;
  readonly toolId: string | null;
  readonly projectId: string | null;
}

export interface SearchPage {
  readonly items: readonly MessageHit[];
  /** Pass it as `cursor` to go on. The first 1,000 hits can be paged through. */
  readonly next?: string;
}

/** Finds messages. Sees every write that was acknowledged before the call. @throws ThroughlineError `invalid` */
export async function searchMessages(
  context: ServiceContext,
  input: SearchOptions,
  settings: CallSettings,
): Promise<SearchPage> {
  const {
    text,
    order = "rank",
    limit = defaultLimit,
    cursor,
    ...where
  } = parseInput(searchInput, input, "search");
  const query = parseQuery(text);
  const list = `search ${JSON.stringify([text, order, where])}`;
  const skip = cursor === undefined ? 0 : (readCursor(list, cursor)[0] as number);
  const { store, tenant } = context;
  const { since, until, ...equals } = where;
  const result = await store.search(
    {
      tenant,
      text: query,
      where: {
        ...equals,
        ...(since === undefined ? undefined : { since: since.getTime() }),
        ...(until === undefined ? undefined : { until: until.getTime() }),
      },
      order,
      skip,
      limit: Math.min(limit, SEARCH_LIMIT - skip),
    },
    settings,
  );
  const items = await describeHits(context, query, result.hits, settings);
  const reached = skip + result.hits.length;
  return result.more && reached < SEARCH_LIMIT ? { items, next: writeCursor(list, [reached]) } : { items };
}

export function parseQuery(text: string): TextQuery {
  try {
    const query = parseTextQuery(text);
    if (query.required.length > 0) return query;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ThroughlineError("invalid", `${error.message}.`, { reason: "query", cause: error });
  }
  throw new ThroughlineError("invalid", "The query has no word to search for.", { reason: "query" });
}

async function describeHits(
  context: ServiceContext,
  query: TextQuery,
  hits: readonly SearchHit[],
  settings: CallSettings,
): Promise<readonly MessageHit[]> {
  if (hits.length === 0) return [];
  const { store, tenant } = context;
  const sessionIds = [...new Set(hits.map(({ session }) => session))];
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        // First: a store that numbers its sessions then knows them, when it looks for the messages.
        { type: "get", kind: "sessions", keys: sessionIds.map((id) => [id]) },
        { type: "get", kind: "messages", keys: hits.map(({ session, seq }) => [session, seq]) },
      ],
    },
    settings,
  );
  const [sessions, messages] = answers;
  const sessionOf = new Map(sessionIds.map((id, index) => [id, sessions[index]]));
  const found = hits.flatMap((hit, index) => {
    const row = messages[index];
    return row === undefined || row.removedAt !== 0 ? [] : [{ hit, row }];
  });
  const whole = await fetchReadableFields(
    context,
    found.map(({ row }) => row),
  );
  const wholeOf = new Map(whole.map((row) => [`${row.seq as number} ${row.sessionId as string}`, row]));
  const rest = makeRest();
  const described: MessageHit[] = [];
  for (const { hit } of found) {
    const row = wholeOf.get(`${hit.seq} ${hit.session}`);
    if (row === undefined) continue;
    described.push(await describeHit(query, hit, row, sessionOf.get(hit.session), rest));
    await rest();
  }
  return described;
}

/** Content that is damaged has no text: it was found by what an index knew of it. */
function readText({ content, contentFormat }: Row): string {
  try {
    return textOfContent(decodeContent(content as string, contentFormat as string));
  } catch {
    return "";
  }
}

/** Large texts take a while to decode and to search: others have their turns between. */
async function describeHit(
  query: TextQuery,
  hit: SearchHit,
  row: Row,
  session: Row | undefined,
  rest: () => Promise<void>,
): Promise<MessageHit> {
  const text = readText(row);
  await rest();
  const { text: snippet, highlights } = await makeSnippetInTurns(text, query, rest);
  return {
    kind: "message",
    sessionId: hit.session,
    seq: hit.seq,
    messageId: row.id as string,
    role: row.role as Role,
    createdAt: new Date(row.createdAt as number),
    score: hit.score,
    snippet,
    highlights,
    title: (session?.title as string | undefined) || null,
    toolId: (session?.toolId as string | undefined) || null,
    projectId: (session?.projectId as string | undefined) || null,
  };
}

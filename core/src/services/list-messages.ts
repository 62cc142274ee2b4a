/** Pages of a session's current branch, both ways. */
import * as v from "valibot";
import type { Query } from "../contract/read.ts";
import type { KeyValues, Row } from "../model/kind.ts";
import { withJsonNames } from "../schemas/json-names.ts";
import { pageSize } from "../schemas/page-size.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { sessionNotFound } from "./find-session.ts";
import { type Message, toMessage } from "./message.ts";
import { type Branch, type PositionRange, pathRanges } from "./path-ranges.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings } from "./sessions.ts";
import { fetchStagedFields } from "./staged-fields.ts";

const defaultLimit = 50;

const position = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must not be negative"),
  // The position after it has to be one, too.
  v.maxValue(Number.MAX_SAFE_INTEGER - 1, "must be below 2^53 - 1"),
);

/** How a page of messages is asked for. */
const messageList = v.pipe(
  v.strictObject({
    /** The last so many. */
    last: v.optional(pageSize),
    afterSeq: v.optional(position),
    beforeSeq: v.optional(position),
    /** Default: 50, at most 1,000. */
    limit: v.optional(pageSize),
    cursor: v.optional(v.string("must be text")),
    /** Also what adapters keep of the original. Default: false. */
    native: v.optional(v.boolean("must be true or false")),
  }),
  v.check(
    ({ last, afterSeq, beforeSeq, cursor }) =>
      [last, afterSeq, beforeSeq, cursor].filter((value) => value !== undefined).length <= 1,
    "must have only one of: last, a position before or after, and a cursor",
  ),
);

/** The same with the names of JSON. */
export const messageListJson: v.GenericSchema = withJsonNames(messageList);

export type ListOptions = v.InferInput<typeof messageList> & CallSettings;

export interface MessagePage {
  /** In order of position. */
  readonly items: readonly Message[];
  /** Pass it as `cursor` for the messages after these; absent where no position follows. */
  readonly next?: string;
  /** Pass it as `cursor` for the messages before these; absent where no position is before. */
  readonly previous?: string;
}

interface Place {
  readonly direction: "forward" | "backward";
  /** The page begins after this position, or ends before it. */
  readonly seq: number;
  readonly limit: number;
}

/** A page for callers: what is staged is fetched. */
export async function listMessages(
  context: ServiceContext,
  session: string,
  options: ListOptions,
): Promise<MessagePage> {
  const { rows, ...ways } = await readPage(context, session, options);
  const whole = await fetchStagedFields(context, rows);
  return { items: whole.map(toMessage), ...ways };
}

/** A page as it is stored, what is staged not in it. */
export interface RowPage extends Pick<MessagePage, "next" | "previous"> {
  readonly rows: readonly Row[];
}

export async function readPage(
  context: ServiceContext,
  session: string,
  { signal, ...given }: ListOptions,
): Promise<RowPage> {
  const options = parseInput(messageList, given, "messages");
  const list = `messages ${session}`;
  const place = placeOf(list, options);
  const select = options.native === true ? "all" : "plain";
  const settings = signal === undefined ? {} : { signal };
  const { store, tenant } = context;
  // One read answers nearly always: only a session with branches has to be read again, by ranges.
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]] },
        {
          type: "query",
          kind: "branches",
          shape: "key",
          prefix: [session],
          direction: "forward",
          limit: 1_000,
        },
        rangeQuery(session, place, { from: 1, to: Number.MAX_SAFE_INTEGER }, place.limit + 1, select),
      ],
    },
    settings,
  );
  const [[log], branches, straight] = answers;
  if (log === undefined) throw sessionNotFound(session);
  const head = log.headSeq as number;
  const rest =
    branches.next === undefined ? [] : await readBranches(context, session, branches.next, settings);
  const ranges = pathRanges(head, [...branches.rows, ...rest] as unknown as readonly Branch[]);
  const isStraight = head === log.lastSeq && branches.rows.length === 0;
  const found: Row[] = isStraight ? live(straight.rows) : [];
  if (!isStraight || (found.length <= place.limit && straight.next !== undefined)) {
    const after = isStraight ? straight.next : undefined;
    await readRanges(context, session, place, ranges, select, settings, found, after);
  }
  return pageOf(list, place, found, { from: ranges[0]?.from ?? 1, to: head });
}

function placeOf(list: string, options: v.InferOutput<typeof messageList>): Place {
  const limit = options.limit ?? defaultLimit;
  if (options.cursor !== undefined) {
    const [direction, seq] = readCursor(list, options.cursor) as ["forward" | "backward", number];
    return { direction, seq, limit };
  }
  if (options.last !== undefined)
    return { direction: "backward", seq: Number.MAX_SAFE_INTEGER, limit: options.last };
  if (options.beforeSeq !== undefined) return { direction: "backward", seq: options.beforeSeq, limit };
  return { direction: "forward", seq: options.afterSeq ?? 0, limit };
}

function rangeQuery(
  session: string,
  { direction, seq }: Place,
  { from, to }: PositionRange,
  limit: number,
  select: "plain" | "all",
): Query {
  const range =
    direction === "forward"
      ? { from: Math.max(from, seq + 1), to }
      : { from, to: Math.min(to, Math.max(seq - 1, 0)) };
  return {
    type: "query",
    kind: "messages",
    shape: "key",
    prefix: [session],
    range,
    direction,
    limit: Math.min(limit, 1_000),
    select,
  };
}

/** Deleted messages keep their positions and are not shown. */
function live(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.removedAt === 0);
}

async function readBranches(
  context: ServiceContext,
  session: string,
  after: KeyValues,
  settings: CallSettings,
): Promise<readonly Row[]> {
  const { store, tenant } = context;
  const query = {
    type: "query",
    kind: "branches",
    shape: "key",
    prefix: [session],
    direction: "forward",
  } as const;
  const { answers } = await store.read({ tenant, requests: [{ ...query, limit: 1_000, after }] }, settings);
  const { rows, next } = answers[0];
  return next === undefined ? rows : [...rows, ...(await readBranches(context, session, next, settings))];
}

/** Reads range after range until the page is full, going on after `after` in the first. */
async function readRanges(
  { store, tenant }: ServiceContext,
  session: string,
  place: Place,
  ranges: readonly PositionRange[],
  select: "plain" | "all",
  settings: CallSettings,
  found: Row[],
  after: KeyValues | undefined,
): Promise<void> {
  let next = after;
  for (const range of place.direction === "forward" ? ranges : ranges.toReversed()) {
    do {
      if (found.length > place.limit) return;
      const query = rangeQuery(session, place, range, place.limit + 1 - found.length, select);
      if ((query.range?.from ?? 0) > (query.range?.to ?? 0)) break;
      const request = next === undefined ? query : { ...query, after: next };
      const { answers } = await store.read({ tenant, requests: [request] }, settings);
      found.push(...live(answers[0].rows));
      next = answers[0].next;
    } while (next !== undefined);
  }
}

function pageOf(list: string, place: Place, found: readonly Row[], path: PositionRange): RowPage {
  const isForward = place.direction === "forward";
  const hasMore = found.length > place.limit;
  const rows = found.slice(0, place.limit);
  if (!isForward) rows.reverse();
  const begin = (rows[0]?.seq as number | undefined) ?? 0;
  const end = (rows.at(-1)?.seq as number | undefined) ?? 0;
  const goesOn = isForward ? hasMore : rows.length > 0 && place.seq <= path.to;
  const goesBack = rows.length > 0 && (isForward ? begin > path.from && place.seq > 0 : hasMore);
  return {
    rows,
    ...(goesOn ? { next: writeCursor(list, ["forward", end]) } : undefined),
    ...(goesBack ? { previous: writeCursor(list, ["backward", begin]) } : undefined),
  };
}

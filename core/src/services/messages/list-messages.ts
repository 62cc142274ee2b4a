/** Pages of a session's messages, both ways: of the current path, of another, or of all branches. */
import * as v from "valibot";
import { ThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { withJsonNames } from "../../schemas/json-names.ts";
import { pageSize } from "../../schemas/page-size.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { type Message, toMessage } from "./message.ts";
import type { KnownPath } from "../message-path/known-path.ts";
import { readPath } from "../message-path/read-path.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { fetchStagedFields } from "../blobs/fetch-staged-fields.ts";

const defaultLimit = 50;

const wholeNumber = v.pipe(v.number("must be a number"), v.safeInteger("must be an integer"));
const position = v.pipe(
  wholeNumber,
  v.minValue(0, "must not be negative"),
  // The position after it has to be one, too.
  v.maxValue(Number.MAX_SAFE_INTEGER - 1, "must be below 2^53 - 1"),
);

const flag = v.optional(v.boolean("must be true or false"));

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
    native: flag,
    /** The path that ends at this position, in the place of the current one. */
    branch: v.optional(wholeNumber),
    /** Every message of the session itself, of all branches, by position. Default: false. */
    all: flag,
    /** Also deleted messages: with `removedAt`, and without content. Default: false. */
    tombstones: flag,
  }),
  v.check(
    ({ last, afterSeq, beforeSeq, cursor }) =>
      [last, afterSeq, beforeSeq, cursor].filter((value) => value !== undefined).length <= 1,
    "must have only one of: last, a position before or after, and a cursor",
  ),
  v.check(({ branch, all }) => branch === undefined || all !== true, "must have either a branch or all"),
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
  listOptions: ListOptions,
): Promise<RowPage> {
  refuseNonObject(listOptions, "messages");
  const { signal, ...given } = listOptions;
  const options = parseInput(messageList, given, "messages");
  const list = nameOf(session, options);
  const place = placeOf(list, options);
  const { rows, path } = await readPath(
    context,
    {
      session,
      end: options.all === true ? "all" : (options.branch ?? "head"),
      isForward: place.direction === "forward",
      position: place.seq,
      // One more tells whether the page goes on.
      count: place.limit + 1,
      tombstones: options.tombstones === true,
      select: options.native === true ? "all" : "plain",
    },
    signal === undefined ? {} : { signal },
  );
  return pageOf(list, place, rows, path);
}

/** A cursor is of one list: of one session, one path, with or without what was deleted. */
function nameOf(session: string, { branch, all, tombstones }: v.InferOutput<typeof messageList>): string {
  const which = all === true ? " all" : branch === undefined ? "" : ` to ${branch}`;
  return `messages ${session}${which}${tombstones === true ? " with deleted" : ""}`;
}

function placeOf(list: string, options: v.InferOutput<typeof messageList>): Place {
  const limit = options.limit ?? defaultLimit;
  if (options.cursor !== undefined) {
    const [direction, seq] = readCursor(list, options.cursor);
    if ((direction === "forward" || direction === "backward") && typeof seq === "number") {
      return { direction, seq, limit };
    }
    throw new ThroughlineError("invalid", "This is not a cursor.", { reason: "cursor" });
  }
  if (options.last !== undefined)
    return { direction: "backward", seq: Number.MAX_SAFE_INTEGER, limit: options.last };
  if (options.beforeSeq !== undefined) return { direction: "backward", seq: options.beforeSeq, limit };
  return { direction: "forward", seq: options.afterSeq ?? 0, limit };
}

function pageOf(list: string, place: Place, found: readonly Row[], path: KnownPath): RowPage {
  const isForward = place.direction === "forward";
  const hasMore = found.length > place.limit;
  const rows = found.slice(0, place.limit);
  if (!isForward) rows.reverse();
  const begin = (rows[0]?.seq as number | undefined) ?? 0;
  const end = (rows.at(-1)?.seq as number | undefined) ?? 0;
  const goesOn = isForward ? hasMore : rows.length > 0 && place.seq <= path.end;
  const goesBack = rows.length > 0 && (isForward ? path.hasBefore(begin) && place.seq > 0 : hasMore);
  return {
    rows,
    ...(goesOn ? { next: writeCursor(list, ["forward", end]) } : undefined),
    ...(goesBack ? { previous: writeCursor(list, ["backward", begin]) } : undefined),
  };
}

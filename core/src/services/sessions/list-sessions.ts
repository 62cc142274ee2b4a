/** Lists of sessions in the order of activity or creation, with any filters. */
import canonicalize from "canonicalize";
import { makeRest } from "../../backend/search/rest.ts";
import { type Filter, passesFilters } from "../../contract/filter.ts";
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValue, KeyValues, Row } from "../../model/kind.ts";
import { compareKeys } from "../../model/kind.ts";
import type { SessionFilter } from "../../schemas/session-input.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import { sessionField } from "./session.ts";

const defaultLimit = 50;
/** Sessions that are sorted here, where a filter's own order leads to few. */
const sortedLimit = 5_000;
const pageLimit = 1_000;

interface Listing {
  readonly context: ServiceContext;
  readonly options: CallOptions;
  readonly shape: "activity" | "created";
  /** The field that orders the list. */
  readonly time: "lastActivity" | "createdAt";
  /** Values of `listed` to show. */
  readonly listed: readonly number[];
  readonly where: readonly Filter[];
  readonly limit: number;
  /** Time and id of the last session of the page before. */
  readonly after: readonly [number, string] | undefined;
}

export async function listSessions(
  context: ServiceContext,
  filter: SessionFilter,
  options: CallOptions,
): Promise<{ rows: readonly Row[]; next?: string }> {
  const { limit = defaultLimit, cursor, order = "activity", all = false, ...conditions } = filter;
  const list = `sessions ${canonicalize([order, all, conditions])}`;
  const listing: Listing = {
    context,
    options,
    shape: order,
    time: order === "activity" ? "lastActivity" : "createdAt",
    listed: all ? [1, 0] : [1],
    where: residualFilters(conditions),
    limit: limit + 1,
    after: cursor === undefined ? undefined : (readCursor(list, cursor) as [number, string]),
  };
  const rows = await selectSessions(listing, conditions, selectiveShape(conditions));
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  if (last === undefined) return { rows };
  return { rows: rows.slice(0, limit), next: writeCursor(list, placeOf(listing, last)) };
}

/**
 * Most pages are full after one bounded scan along the list's order. Where matches are rare, a filter with an order of
 * its own leads to few sessions, which are sorted here; only where neither holds, the scan goes on to the end. That is
 * the one way to cost as much as there are sessions; others have a turn meanwhile.
 */
async function selectSessions(
  listing: Listing,
  conditions: SessionFilter,
  shape: Selective | undefined,
): Promise<readonly Row[]> {
  const named = await readNamed(listing, conditions);
  if (named !== undefined) return named;
  const scan = new Scan(listing);
  await scan.read();
  if (scan.isFruitful || shape === undefined) return scan.readOn();
  const few = await readFew(listing, shape);
  return few ?? scan.readOn();
}

/** The one session that an external key names, where its user and tool are given, too. */
async function readNamed(
  listing: Listing,
  { user, tool, externalKey }: SessionFilter,
): Promise<readonly Row[] | undefined> {
  if (user === undefined || tool === undefined || externalKey === undefined) return undefined;
  const { context, options, where, after } = listing;
  const key = { unique: "external", values: [user, tool, externalKey] };
  const { answers } = await context.store.read(
    { tenant: context.tenant, requests: [{ type: "get", kind: "sessions", keys: [key] }] },
    options,
  );
  return answers[0].filter(
    (row) =>
      row !== undefined &&
      listing.listed.includes(Number(row.listed)) &&
      passesFilters(row, where) &&
      (after === undefined || compareKeys(placeOf(listing, row), after) < 0),
  ) as readonly Row[];
}

/** A walk along the list's order; listed and unlisted sessions are two walks, merged. */
class Scan {
  readonly #listing: Listing;
  readonly #walks: { readonly listed: number; rows: Row[]; after: KeyValues | undefined; ended: boolean }[];

  constructor(listing: Listing) {
    this.#listing = listing;
    this.#walks = listing.listed.map((listed) => ({
      listed,
      rows: [],
      after: listing.after === undefined ? undefined : [listed, ...listing.after],
      ended: false,
    }));
  }

  get #isDone(): boolean {
    return this.#walks.every(({ ended, rows }) => ended || rows.length >= this.#listing.limit);
  }

  /** Whether what was read makes most of a page: then reading on is the shortest way. */
  get isFruitful(): boolean {
    return this.#walks.every(({ ended, rows }) => ended || rows.length * 2 >= this.#listing.limit);
  }

  /** One bounded scan of each walk that needs more. */
  async read(): Promise<void> {
    const { context, options, limit, where, shape } = this.#listing;
    const open = this.#walks.filter(({ ended, rows }) => !ended && rows.length < limit);
    const requests = open.map(({ listed, after }): Query => ({
      type: "query",
      kind: "sessions",
      shape,
      prefix: [listed],
      direction: "backward",
      limit: Math.min(limit, pageLimit),
      where,
      ...(after === undefined ? undefined : { after }),
    }));
    const { answers } = await context.store.read({ tenant: context.tenant, requests }, options);
    open.forEach((walk, index) => {
      const page = answers[index];
      walk.rows.push(...(page?.rows ?? []));
      walk.after = page?.next;
      walk.ended = page?.next === undefined;
    });
  }

  async readOn(): Promise<readonly Row[]> {
    const rest = makeRest();
    while (!this.#isDone) {
      await rest();
      await this.read();
    }
    const rows = this.#walks.flatMap((walk) => walk.rows);
    return (this.#walks.length === 1 ? rows : newestFirst(this.#listing, rows)).slice(0, this.#listing.limit);
  }
}

interface Selective {
  readonly shape: string;
  readonly prefix: readonly KeyValue[];
}

/** An order that holds only sessions of one process, project, tool or user: the most selective first. */
function selectiveShape(filter: SessionFilter): Selective | undefined {
  if (filter.processId !== undefined) {
    return { shape: "process", prefix: filter.ended === false ? [filter.processId, 0] : [filter.processId] };
  }
  if (filter.parent !== undefined) return { shape: "parent", prefix: [filter.parent] };
  if (filter.project !== undefined) return { shape: "project", prefix: [filter.project] };
  if (filter.tool !== undefined) return { shape: "tool", prefix: [filter.tool] };
  if (filter.user !== undefined) return { shape: "user", prefix: [filter.user] };
  return undefined;
}

/** All matches of a selective filter in the list's order, or undefined if there are too many to sort. */
async function readFew(listing: Listing, { shape, prefix }: Selective): Promise<readonly Row[] | undefined> {
  const { context, options, after } = listing;
  const where: Filter[] = [...listing.where];
  if (listing.listed.length === 1) where.push({ field: "listed", test: "equals", value: true });
  const query = {
    kind: "sessions",
    shape,
    prefix,
    direction: "backward",
    limit: pageLimit,
    where,
  } as const;
  const rows: Row[] = [];
  for await (const row of everyRecord(context, query, options)) {
    rows.push(row);
    if (rows.length > sortedLimit) return undefined;
  }
  const sorted = newestFirst(listing, rows);
  const rest =
    after === undefined ? sorted : sorted.filter((row) => compareKeys(placeOf(listing, row), after) < 0);
  return rest.slice(0, listing.limit);
}

function newestFirst(listing: Listing, rows: readonly Row[]): Row[] {
  return rows.toSorted((left, right) => compareKeys(placeOf(listing, right), placeOf(listing, left)));
}

function placeOf({ time }: Listing, row: Row): readonly [number, string] {
  return [row[time] as number, row.id as string];
}

/** Filters that a record's field has to equal. */
const equalFilters = [
  "user",
  "project",
  "tool",
  "status",
  "pinned",
  "workspacePath",
  "processId",
  "externalKey",
  "parent",
] as const;

function residualFilters(filter: SessionFilter): Filter[] {
  const filters: Filter[] = [];
  for (const name of equalFilters) {
    const value = filter[name];
    if (value !== undefined) filters.push({ field: sessionField(name), test: "equals", value });
  }
  if (filter.ended !== undefined) {
    filters.push({ field: "endedAt", test: filter.ended ? "differs" : "equals", value: 0 });
  }
  if (filter.tag !== undefined) filters.push({ field: "tags", test: "has", value: filter.tag });
  if (filter.q !== undefined) filters.push({ field: "title", test: "contains", value: filter.q });
  for (const [path, value] of Object.entries(filter.metadata ?? {})) {
    filters.push({ field: "metadata", test: "path", path: path.split("."), value });
  }
  return filters;
}

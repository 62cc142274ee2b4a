/** Reads the lists of a context in order, wherever their entries lie: in rows, in segments, or in both for a moment. */
import type { Page, Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import {
  type Entry,
  type EntryRange,
  type ListName,
  comparePlaces,
  queryRows,
  toEntry,
} from "./context-lists.ts";
import { haveSameSegments, knownSegments } from "./known-segments.ts";
import { unpackSegment } from "./segments.ts";

/** Segments that are read together. */
const segmentsAtOnce = 8;
const segmentPage = 500;
/** How often a context that is rewritten meanwhile is read again. */
const attempts = 5;

export interface EntryPage {
  readonly entries: readonly Entry[];
  /** Whether there are more beyond the last. */
  readonly more: boolean;
}

/** What one look at a context finds. */
export interface ContextPages {
  /** The record of `session_contexts`; undefined: nothing was ever said. */
  readonly header: Row | undefined;
  /** Of the session's resources. */
  readonly links: Page;
  readonly hasSegments: boolean;
  readonly pages: ReadonlyMap<ListName, EntryPage>;
}

/** Reads of one context. */
export class EntryReader {
  readonly #context: ServiceContext;
  readonly #session: string;
  readonly #options: CallOptions;

  constructor(context: ServiceContext, session: string, options: CallOptions) {
    this.#context = context;
    this.#session = session;
    this.#options = options;
  }

  /**
   * Pages of several lists, as of one moment, with up to `links` of the session's resources, accessed last first.
   *
   * @throws ThroughlineError `not_found`
   */
  async read(wanted: ReadonlyMap<ListName, EntryRange>, links = 0): Promise<ContextPages> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.#readOnce(wanted, links, attempt === 1);
      if (found !== undefined) return found;
      if (attempt === attempts) throw missingSegment(this.#session);
    }
  }

  /** Undefined: segments came or went while it was read. */
  async #readOnce(
    wanted: ReadonlyMap<ListName, EntryRange>,
    links: number,
    trustsKnown: boolean,
  ): Promise<ContextPages | undefined> {
    const { store, tenant } = this.#context;
    const session = this.#session;
    const known = knownSegments(this.#context);
    const heads = trustsKnown ? known.heads(tenant, session) : undefined;
    const queries = Array.from(wanted, ([list, range]) => queryRows(list, session, range));
    if (links > 0) queries.push(linkQuery(session, links));
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[session]], select: "key" },
          { type: "get", kind: "session_contexts", keys: [[session]] },
          ...queries,
          ...(heads === undefined ? [this.#segmentQuery()] : []),
        ],
      },
      this.#options,
    );
    const [[found], [header], ...rowPages] = answers;
    if (found === undefined) throw sessionNotFound(session);
    if (heads !== undefined && !haveSameSegments(heads.header, header)) return undefined;
    const segments = heads?.rows ?? (await this.#allSegments(header, rowPages.pop() ?? noRows));
    const pages = new Map<ListName, EntryPage>();
    for (const [index, [list, range]] of [...wanted].entries()) {
      const ofList = segments.filter(({ kind }) => kind === list);
      const page = await this.#merge(list, range, rowPages[index] ?? noRows, ofList);
      if (page === undefined) return undefined;
      pages.set(list, page);
    }
    const linkPage = links > 0 ? (rowPages.at(-1) ?? noRows) : noRows;
    return { header, links: linkPage, hasSegments: segments.length > 0, pages };
  }

  #segmentQuery(after?: KeyValues): Query {
    return {
      type: "query",
      kind: "context_segments",
      shape: "key",
      prefix: [this.#session],
      direction: "forward",
      limit: segmentPage,
      ...(after === undefined ? undefined : { after }),
    };
  }

  /** Segments that come while the rest is read hold what was read as rows: an entry that comes twice counts once. */
  async #allSegments(header: Row | undefined, first: Page): Promise<readonly Row[]> {
    const { store, tenant } = this.#context;
    const rows = [...first.rows];
    for (let after = first.next; after !== undefined;) {
      const { answers } = await store.read({ tenant, requests: [this.#segmentQuery(after)] }, this.#options);
      rows.push(...answers[0].rows);
      after = answers[0].next;
    }
    if (header !== undefined) {
      const then = rows.filter(({ segment }) => (segment as number) <= (header.lastSegment as number));
      knownSegments(this.#context).keepHeads(tenant, this.#session, { header, rows: then });
    }
    return rows;
  }

  async #merge(
    list: ListName,
    { direction, limit, after }: EntryRange,
    page: Page,
    segments: readonly Row[],
  ): Promise<EntryPage | undefined> {
    const sign = direction === "forward" ? 1 : -1;
    const compare = (left: Entry, right: Entry): number => sign * comparePlaces(left, right);
    const start = after === undefined ? undefined : { at: after[0], id: after[1], record: {} };
    const rows = page.rows.map((row) => toEntry(list, row));
    // Beyond the last row there may be other rows.
    const end = page.next === undefined ? undefined : rows.at(-1);
    let entries: readonly Entry[] = rows;
    const waiting = segments
      .filter((segment) => start === undefined || sign * (farEnd(segment, sign) - start.at) >= 0)
      .toSorted((left, right) => sign * (nearEnd(left, sign) - nearEnd(right, sign)));
    let taken = 0;
    for (let atOnce = countFor(waiting, limit); taken < waiting.length; atOnce *= 2) {
      const last = entries[limit - 1];
      const needed = waiting
        .slice(taken, taken + Math.min(atOnce, segmentsAtOnce))
        .filter((segment) => last === undefined || sign * (nearEnd(segment, sign) - last.at) <= 0);
      if (needed.length === 0) break;
      taken += needed.length;
      const unpacked = await this.#unpack(needed);
      if (unpacked === undefined) return undefined;
      const beyond = start === undefined ? unpacked : unpacked.filter((entry) => compare(start, entry) < 0);
      entries = distinct([...entries, ...beyond].toSorted(compare));
    }
    const known = end === undefined ? entries : entries.filter((entry) => compare(entry, end) <= 0);
    const more = known.length > limit || end !== undefined || taken < waiting.length;
    return { entries: known.slice(0, limit), more };
  }

  async #unpack(segments: readonly Row[]): Promise<readonly Entry[] | undefined> {
    const { store, tenant } = this.#context;
    const known = knownSegments(this.#context);
    const found = segments.map((segment) => known.entries(tenant, segment));
    const missing = segments.filter((_, index) => found[index] === undefined);
    if (missing.length === 0) return found.flatMap((entries) => entries ?? []);
    const keys = missing.map(({ kind, segment }) => [this.#session, kind as string, segment as number]);
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "context_segments", keys, select: "all" }] },
      this.#options,
    );
    const rows = answers[0].filter((row) => row !== undefined);
    if (rows.length < missing.length) return undefined;
    const unpacked = await Promise.all(rows.map(unpackSegment));
    for (const [index, row] of rows.entries()) known.keepEntries(tenant, row, unpacked[index] ?? []);
    return [...found, ...unpacked].flatMap((entries) => entries ?? []);
  }
}

const noRows: Page = { rows: [] };

function linkQuery(session: string, limit: number): Query {
  return {
    type: "query",
    kind: "session_resources",
    shape: "accessed",
    prefix: [session],
    direction: "backward",
    limit,
  };
}

/** How many of these segments, from the first on, hold so many entries. */
function countFor(segments: readonly Row[], wanted: number): number {
  let count = 0;
  const last = segments.findIndex(({ entries }) => (count += entries as number) >= wanted);
  return last === -1 ? segments.length : last + 1;
}

/** The time at which a segment begins, seen in the direction of reading. */
function nearEnd({ firstAt, lastAt }: Row, sign: number): number {
  return (sign > 0 ? firstAt : lastAt) as number;
}

function farEnd(segment: Row, sign: number): number {
  return nearEnd(segment, -sign);
}

/** Of sorted entries, each once. */
function distinct(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry, index) => entry.id !== entries[index - 1]?.id);
}

function missingSegment(session: string): ThroughlineError {
  return new ThroughlineError("unavailable", "A packed part of a context is missing.", {
    reason: "damaged",
    details: { session },
  });
}

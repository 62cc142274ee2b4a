/** Reads what happened in a session: the newest of it, the whole, or page by page. */
import type { CallOptions } from "../../contract/store.ts";
import { type Row, type RowOf, compareKeys } from "../../model/kind.ts";
import type { sessionContexts } from "../../model/session-context.ts";
import type { sessionResources } from "../../model/resources.ts";
import { makeRest } from "../../backend/search/rest.ts";
import { ThroughlineError } from "../../error.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Page } from "../sessions/sessions.ts";
import { type Entry, type EntryRange, type ListName, type Place, listNames } from "./context-lists.ts";
import { EntryReader } from "./entry-reader.ts";
import {
  type ContextContent,
  type FileAccess,
  type SessionContext,
  contextBytes,
  toDecision,
  toFileAccess,
  toMemoryReference,
  toSearch,
} from "./session-context.ts";

/** Entries of a kind that are given unless all are asked for. */
const newest = 1_000;
/** Entries of each kind in one read: a server answers at most 4,000 records at once. */
const firstRows = 600;

/** All that a context consists of. */
export interface WholeContext {
  readonly header: RowOf<typeof sessionContexts> | undefined;
  readonly entries: ReadonlyMap<ListName, readonly Entry[]>;
  readonly links: readonly Row[];
  readonly hasSegments: boolean;
}

/** @throws ThroughlineError `not_found` */
export async function readContext(
  context: ServiceContext,
  session: string,
  full: boolean,
  options: CallOptions,
): Promise<SessionContext> {
  const found = full
    ? { ...(await readWhole(context, session, options)), isWhole: true }
    : await readNewest(context, session, options);
  const { header, entries, links, hasSegments, isWhole } = found;
  const totals = {
    files: header?.files ?? 0,
    searches: header?.searches ?? 0,
    decisions: header?.decisions ?? 0,
    memories: header?.memories ?? 0,
  };
  const list = (name: ListName): readonly Entry[] => entries.get(name) ?? [];
  const files = list("file");
  const before = isWhole ? 0 : totals.files - files.length;
  const content: ContextContent = {
    filesAccessed: files.map((entry, index) => toFileAccess(entry, before + index + 1)),
    fileImportanceScores: scoresOf(links),
    recentSearches: list("search").map(toSearch),
    decisions: list("decision").map(toDecision),
    savedMemories: list("memory").map(toMemoryReference),
    workspace: readWorkspace(header),
  };
  return {
    sessionId: session,
    context: content,
    compressed: hasSegments,
    sizeBytes: isWhole ? contextBytes(content) : (header?.sizeBytes ?? 0),
    totals,
    truncated: !isWhole,
  };
}

async function readNewest(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<WholeContext & { readonly isWhole: boolean }> {
  const reader = new EntryReader(context, session, options);
  const first = await reader.read(
    rangesOf(listNames, firstRows, () => undefined),
    newest,
  );
  const pages = new Map(first.pages);
  const open = listNames.filter((name) => pages.get(name)?.more === true);
  if (open.length > 0) {
    const placeOf = (name: ListName): Place | undefined => placeAfter(pages.get(name)?.entries);
    const later = await reader.read(rangesOf(open, newest - firstRows, placeOf));
    for (const [name, { entries, more }] of later.pages) {
      pages.set(name, { entries: [...(pages.get(name)?.entries ?? []), ...entries], more });
    }
  }
  return {
    header: first.header as WholeContext["header"],
    entries: new Map(Array.from(pages, ([name, { entries }]) => [name, entries.toReversed()])),
    links: first.links.rows,
    hasSegments: first.hasSegments,
    isWhole: first.links.next === undefined && [...pages.values()].every(({ more }) => !more),
  };
}

/** Backward from where a list was read to. */
function rangesOf(
  names: readonly ListName[],
  limit: number,
  placeOf: (name: ListName) => Place | undefined,
): ReadonlyMap<ListName, EntryRange> {
  return new Map(names.map((name) => [name, { direction: "backward", limit, after: placeOf(name) }]));
}

function placeAfter(entries: readonly Entry[] | undefined): Place | undefined {
  const last = entries?.at(-1);
  return last === undefined ? undefined : [last.at, last.id];
}

/** Everything, a page at a time. What is recorded meanwhile may be in it, or not. */
export async function readWhole(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<WholeContext> {
  const reader = new EntryReader(context, session, options);
  const rest = makeRest();
  const entries = new Map<ListName, Entry[]>(listNames.map((name) => [name, []]));
  let open: readonly ListName[] = listNames;
  let found;
  do {
    const wanted = new Map(
      open.map((name) => {
        const after = placeAfter(entries.get(name));
        return [name, { direction: "forward", limit: firstRows, after }] as const;
      }),
    );
    found = await reader.read(wanted);
    for (const [name, page] of found.pages) entries.get(name)?.push(...page.entries);
    const { pages } = found;
    open = open.filter((name) => pages.get(name)?.more === true);
    await rest();
  } while (open.length > 0);
  return {
    header: found.header as WholeContext["header"],
    entries,
    links: (await readLinks(context, session, options)).toSorted(accessedLater),
    hasSegments: found.hasSegments,
  };
}

/** All resources of a session, by id: what is accessed meanwhile keeps its place. */
export async function readLinks(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<readonly Row[]> {
  const links: Row[] = [];
  const byId = {
    kind: "session_resources",
    shape: "key",
    prefix: [session],
    direction: "forward",
    limit: newest,
  } as const;
  for await (const row of everyRecord(context, byId, options)) links.push(row);
  return links;
}

function accessedLater(left: Row, right: Row): number {
  const place = ({ lastAccessed, resourceId }: Row) => [lastAccessed as number, resourceId as string];
  return compareKeys(place(right), place(left));
}

/** The scores of linked resources, by path; links are in order of access, the last first. */
export function scoresOf(links: readonly Row[]): Readonly<Record<string, number>> {
  const scores = new Map<string, number>();
  for (const { path, importanceScore } of links as readonly RowOf<typeof sessionResources>[]) {
    // A path that was forgotten and tracked again has two links: the later one counts.
    if (importanceScore !== null && !scores.has(path)) scores.set(path, importanceScore);
  }
  return Object.fromEntries(scores);
}

export function readWorkspace(header: WholeContext["header"]): unknown {
  const { workspace = null } = header ?? {};
  return workspace === null ? null : (JSON.parse(workspace) as unknown);
}

const list = "context files";

/** Accesses of files, in order of time. An entry that is there during the whole walk appears exactly once. */
export async function listFileAccesses(
  context: ServiceContext,
  session: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  options: CallOptions,
): Promise<Page<FileAccess>> {
  const place = cursor === undefined ? undefined : readPlace(session, cursor);
  const after = place?.after;
  const before = place?.count ?? 0;
  const wanted = new Map([["file", { direction: "forward", limit, after }]] as const);
  const { pages } = await new EntryReader(context, session, options).read(wanted);
  const { entries = [], more = false } = pages.get("file") ?? {};
  const items = entries.map((entry, index) => toFileAccess(entry, before + index + 1));
  const last = entries.at(-1);
  if (!more || last === undefined) return { items };
  return { items, next: writeCursor(`${list} ${session}`, [last.at, last.id, before + items.length]) };
}

function readPlace(session: string, cursor: string): { readonly after: Place; readonly count: number } {
  const [at, id, count] = readCursor(`${list} ${session}`, cursor);
  if (typeof at === "number" && typeof id === "string" && typeof count === "number") {
    return { after: [at, id], count };
  }
  throw new ThroughlineError("invalid", "This is not a cursor.", { reason: "cursor" });
}

/** Packs older entries of large contexts: segment in and rows out in one batch, so that nobody reads half of it. */
import type { Batch, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import type { RowOf } from "../../model/kind.ts";
import type { sessionContexts } from "../../model/session-context.ts";
import { makeRest } from "../../backend/search/rest.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { isSessionGone } from "../sessions/touch-session.ts";
import {
  type Entry,
  type ListName,
  entryBytes,
  keyOfEntry,
  listNames,
  lists,
  queryRows,
  toEntry,
} from "./context-lists.ts";
import { packSegment, segmentBytes } from "./segments.ts";

/** Rows that are looked at for one segment: an entry may be large. */
const rowsAtOnce = 250;
/** How often others who pack at the same time may be quicker. */
const attempts = 10;

interface Chosen {
  readonly list: ListName;
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/**
 * Packs the oldest entries of a session while more than `above` bytes of them are loose, down to half of it. Ended
 * anywhere, the next call goes on.
 *
 * @returns how many segments were made
 * @throws ThroughlineError `not_found`
 */
export async function packContext(
  context: ServiceContext,
  session: string,
  above: number,
  options: CallOptions,
): Promise<number> {
  const rest = makeRest();
  let made = 0;
  for (let failed = 0; failed < attempts;) {
    const { header, loose } = await readLoose(context, session, options);
    // What was begun is brought to its end.
    if (header === undefined || header.looseBytes <= (made === 0 ? above : above / 2)) return made;
    const chosen = choose(loose, header.looseBytes - above / 2);
    if (chosen === undefined) return made;
    if (await packOnce(context, session, header, chosen, options)) made += 1;
    else failed += 1;
    await rest();
  }
  return made;
}

async function readLoose(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<{
  readonly header: RowOf<typeof sessionContexts> | undefined;
  readonly loose: ReadonlyMap<ListName, readonly Entry[]>;
}> {
  const oldest = { direction: "forward", limit: rowsAtOnce } as const;
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]], select: "key" },
        { type: "get", kind: "session_contexts", keys: [[session]] },
        ...listNames.map((list) => queryRows(list, session, oldest)),
      ],
    },
    options,
  );
  const [[found], [header], ...pages] = answers;
  if (found === undefined) throw sessionNotFound(session);
  return {
    header: header as RowOf<typeof sessionContexts> | undefined,
    loose: new Map(
      listNames.map((list, index) => [list, (pages[index]?.rows ?? []).map((row) => toEntry(list, row))]),
    ),
  };
}

/** The oldest entries of the list that has most, about so many bytes of them; undefined where nothing is loose. */
function choose(loose: ReadonlyMap<ListName, readonly Entry[]>, wanted: number): Chosen | undefined {
  const limit = Math.min(wanted, segmentBytes);
  let most: Chosen | undefined;
  for (const [list, entries] of loose) {
    const taken: Entry[] = [];
    let bytes = 0;
    for (const entry of entries) {
      if (bytes >= limit) break;
      taken.push(entry);
      bytes += entryBytes(list, entry.record);
    }
    if (taken.length > 0 && bytes > (most?.bytes ?? 0)) most = { list, entries: taken, bytes };
  }
  return most;
}

/** False: somebody else was quicker. */
async function packOnce(
  { store, tenant }: ServiceContext,
  session: string,
  { lastSegment }: RowOf<typeof sessionContexts>,
  { list, entries, bytes }: Chosen,
  options: CallOptions,
): Promise<boolean> {
  const segment = lastSegment + 1;
  const record = { ...(await packSegment(session, list, entries)), segment };
  const kind = lists[list].kind.name;
  const removals = entries.map((entry): Write => ({
    type: "remove",
    kind,
    key: keyOfEntry(list, session, entry),
  }));
  const batch: Batch = {
    tenant,
    expect: [expectSegments(session, lastSegment)],
    writes: [
      {
        type: "update",
        kind: "session_contexts",
        key: [session],
        increment: { looseBytes: -bytes },
        set: { lastSegment: segment },
      },
      { type: "insert", kind: "context_segments", record, exists: "fail" },
      ...removals,
    ],
  };
  try {
    await store.commit(batch, options);
    return true;
  } catch (error) {
    if (isSessionGone(error)) throw sessionNotFound(session);
    if (isThroughlineError(error) && error.reason === "expectation") return false;
    throw error;
  }
}

/** Expects that nobody made or removed segments since they were read. */
export function expectSegments(session: string, lastSegment: number) {
  return { type: "equals", kind: "session_contexts", key: [session], fields: { lastSegment } } as const;
}

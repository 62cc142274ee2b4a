/**
 * Makes a session's context what a snapshot holds, in small commits: each leaves a context that can be read. Cut short,
 * the same call goes on where it was.
 */
import type { Update, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { completeRecord } from "../../model/kind.ts";
import { sessionContexts } from "../../model/session-context.ts";
import { makeRest } from "../../backend/search/rest.ts";
import {
  type Entry,
  type ListName,
  entryBytes,
  keyOfEntry,
  listNames,
  lists,
  queryRows,
  toEntry,
} from "../context/context-lists.ts";
import { expectSegments } from "../context/pack-context.ts";
import { readLinks } from "../context/read-context.ts";
import { packSegment, segmentBytes, unpackSegment } from "../context/segments.ts";
import { everyRecord } from "../every-record.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { asSessionNotFound, isStatusChange, readSession, touchSession } from "../sessions/touch-session.ts";
import { restoreScores } from "./restore-scores.ts";
import type { Snapshot } from "./snapshot.ts";

/** Rows that one commit removes. */
const rowsAtOnce = 900;
const page = 1_000;

/** Entries of one list that lie together. */
interface Held {
  readonly list: ListName;
  readonly entries: readonly Entry[];
  /** The segment's number; undefined: in rows. */
  readonly segment?: number;
}

/** @throws ThroughlineError `not_found` */
export async function restoreContext(
  context: ServiceContext,
  session: string,
  snapshot: Snapshot,
  options: CallOptions,
): Promise<void> {
  // What is recorded after this look is not in it, and stays.
  const before = await readHeld(context, session, options);
  const extra = idsBeyond(idsOf(before.held), snapshot);
  const links = await readLinks(context, session, options);
  await restoreWorkspace(context, session, snapshot, options);
  await restoreScores(context, session, links, snapshot, options);
  await repeatOnConflict(
    ({ kind }) => kind === "session_contexts",
    async () => {
      const { lastSegment, held } = await readHeld(context, session, options);
      const present = idsOf(held);
      const steps = new Steps(context, session, lastSegment, options);
      for (const [list, entries] of snapshot.entries) {
        await steps.add(
          list,
          entries.filter(({ id }) => !present.has(id)),
        );
      }
      for (const part of held) await steps.drop(part, extra);
    },
  );
}

function idsOf(held: readonly Held[]): ReadonlySet<string> {
  return new Set(held.flatMap(({ entries }) => entries.map(({ id }) => id)));
}

function idsBeyond(present: ReadonlySet<string>, { entries }: Snapshot): ReadonlySet<string> {
  const wanted = new Set([...entries.values()].flatMap((all) => all.map(({ id }) => id)));
  return new Set([...present].filter((id) => !wanted.has(id)));
}

/** Brings the workspace back. From here on the context has a record, and the session was active. */
async function restoreWorkspace(
  context: ServiceContext,
  sessionId: string,
  { workspace }: Snapshot,
  options: CallOptions,
): Promise<void> {
  const { store, tenant } = context;
  const set = { workspace: workspace === null ? null : JSON.stringify(workspace) };
  await repeatOnConflict(isStatusChange, async () => {
    const now = store.now();
    const touch = touchSession(await readSession(context, sessionId, options), now);
    const record = completeRecord(sessionContexts, { sessionId, ...set, createdAt: now, updatedAt: now });
    const exists = { set, maximum: { updatedAt: now } };
    const header: Write = { type: "insert", kind: "session_contexts", record, exists };
    await store
      .commit({ tenant, writes: [touch.write, header], expect: [touch.expect] }, options)
      .catch((error: unknown) => {
        throw asSessionNotFound(error, sessionId);
      });
  });
}

/** All entries, and where each lies. Rows are read before segments: what is packed meanwhile is seen twice, not never. */
async function readHeld(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<{ readonly lastSegment: number; readonly held: readonly Held[] }> {
  const { store, tenant } = context;
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "session_contexts", keys: [[session]] }] },
    options,
  );
  const lastSegment = (answers[0][0]?.lastSegment as number | undefined) ?? 0;
  const held: Held[] = [];
  for (const list of listNames) {
    const { type: _, ...query } = queryRows(list, session, { direction: "forward", limit: page });
    const entries: Entry[] = [];
    for await (const row of everyRecord(context, query, options)) entries.push(toEntry(list, row));
    held.push({ list, entries });
  }
  const segments = {
    kind: "context_segments",
    shape: "key",
    prefix: [session],
    direction: "forward",
    limit: 20,
    select: "all",
  } as const;
  for await (const row of everyRecord(context, segments, options)) {
    const list = row.kind as ListName;
    held.push({ list, entries: await unpackSegment(row), segment: row.segment as number });
  }
  return { lastSegment, held };
}

/** The commits of one attempt: each expects that nobody else packed or restored since. */
class Steps {
  readonly #context: ServiceContext;
  readonly #session: string;
  readonly #options: CallOptions;
  readonly #rest = makeRest();
  #lastSegment: number;

  constructor(context: ServiceContext, session: string, lastSegment: number, options: CallOptions) {
    this.#context = context;
    this.#session = session;
    this.#lastSegment = lastSegment;
    this.#options = options;
  }

  /** Adds entries, packed: they are old. */
  async add(list: ListName, entries: readonly Entry[]): Promise<void> {
    for (const some of inParts(list, entries)) {
      await this.#commit(list, some, 1, false, [await this.#insertSegment(list, some)]);
    }
  }

  /** Takes entries out of where they lie. */
  async drop({ list, entries, segment }: Held, extra: ReadonlySet<string>): Promise<void> {
    const dropped = entries.filter(({ id }) => extra.has(id));
    if (dropped.length === 0) return;
    if (segment === undefined) {
      const { kind } = lists[list];
      for (let begin = 0; begin < dropped.length; begin += rowsAtOnce) {
        const some = dropped.slice(begin, begin + rowsAtOnce);
        const removals = some.map((entry): Write => ({
          type: "remove",
          kind: kind.name,
          key: keyOfEntry(list, this.#session, entry),
        }));
        await this.#commit(list, some, -1, true, removals);
      }
      return;
    }
    const kept = entries.filter(({ id }) => !extra.has(id));
    const removal: Write = { type: "remove", kind: "context_segments", key: [this.#session, list, segment] };
    const writes = kept.length === 0 ? [removal] : [removal, await this.#insertSegment(list, kept)];
    await this.#commit(list, dropped, -1, false, writes);
  }

  async #insertSegment(list: ListName, entries: readonly Entry[]): Promise<Write> {
    const record = { ...(await packSegment(this.#session, list, entries)), segment: this.#lastSegment + 1 };
    return { type: "insert", kind: "context_segments", record, exists: "fail" };
  }

  /** Counts entries in or out with what is written. */
  async #commit(
    list: ListName,
    entries: readonly Entry[],
    sign: 1 | -1,
    areLoose: boolean,
    writes: readonly Write[],
  ): Promise<void> {
    const { store, tenant } = this.#context;
    const session = this.#session;
    const bytes = sign * entries.reduce((sum, { record }) => sum + entryBytes(list, record), 0);
    const header: Update = {
      type: "update",
      kind: "session_contexts",
      key: [session],
      increment: {
        [lists[list].counter]: sign * entries.length,
        sizeBytes: bytes,
        ...(areLoose ? { looseBytes: bytes } : undefined),
      },
      maximum: { updatedAt: store.now() },
      set: { lastSegment: this.#lastSegment + 1 },
    };
    const size: Update = {
      type: "update",
      kind: "sessions",
      key: [session],
      increment: { contextSizeBytes: bytes },
    };
    const expect = [expectSegments(session, this.#lastSegment)];
    await store
      .commit({ tenant, writes: [size, header, ...writes], expect }, this.#options)
      .catch((error: unknown) => {
        throw asSessionNotFound(error, session);
      });
    this.#lastSegment += 1;
    await this.#rest();
  }
}

function* inParts(list: ListName, entries: readonly Entry[]): Generator<readonly Entry[]> {
  let part: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    part.push(entry);
    bytes += entryBytes(list, entry.record);
    if (bytes < segmentBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

/** Records what happened in a session: several kinds at once, all of it or nothing. */
import type { Batch, CommitResult, Update, Write } from "../../contract/batch.ts";
import { BATCH_BYTES, BATCH_RECORDS, batchBytes, boundOfBatchBytes } from "../../contract/batch-size.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError } from "../../error.ts";
import { newId } from "../../id.ts";
import { type Row, type StoredRecord, completeRecord } from "../../model/kind.ts";
import { contextEntries, sessionContexts } from "../../model/session-context.ts";
import type { CheckedContextInput } from "../../schemas/context-input.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import { noteContent } from "../resources/background-content.ts";
import { withContentFacts } from "../resources/content-facts.ts";
import {
  type Access,
  asLostRace,
  logAccesses,
  readByPath,
  trackAccesses,
} from "../resources/track-accesses.ts";
import type { ServiceContext } from "../service-context.ts";
import { isSessionGone, isStatusChange, touchSession } from "../sessions/touch-session.ts";
import { packingFor } from "./background-packing.ts";
import { type ListName, entryBytes, lists } from "./context-lists.ts";

/** Bytes of JSON that a workspace may have. */
const workspaceBytes = 1024 * 1024;

/** Bytes of entries that lie loose unless the options say otherwise. */
export const PACK_ABOVE_BYTES = 64 * 1024;

/** @throws ThroughlineError `not_found`; `too_large`; `conflict` with reason `operation_reused` */
export async function recordContext(
  context: ServiceContext,
  session: string,
  input: CheckedContextInput,
  operationId: string | undefined,
  options: CallOptions,
): Promise<CommitResult> {
  const workspace = writeWorkspace(input);
  const operation =
    operationId === undefined
      ? undefined
      : { id: operationId, fingerprint: fingerprintOf(["context", session, input]) };
  const given = await Promise.all((input.files ?? []).map(withContentFacts));
  return repeatOnConflict(
    (failed) => isStatusChange(failed) || failed.kind === "resources",
    async () => {
      const found = await readSession(context, session, options);
      const now = context.store.now();
      const entries = entriesOf(session, input, now);
      const files = await fileWrites(context, found.row, given, now, options);
      const counted = count([...entries, ...files.log]);
      const touch = touchSession(found.row, now);
      const writes: Write[] = [
        { ...touch.write, ...growth(counted) },
        headerWrite(session, counted, workspace, now),
        ...entries.map(({ write }) => write),
        ...files.writes,
      ];
      const { tenant } = context;
      const batch: Batch = {
        tenant,
        writes,
        expect: [touch.expect],
        ...(operation === undefined ? undefined : { operation }),
      };
      checkSize(batch);
      const result = await commit(context, session, batch, options);
      const { packContextAbove: above = PACK_ABOVE_BYTES, store } = context;
      const isLarge = above !== null && found.looseBytes + counted.bytes > above;
      if (isLarge && !result.replayed) packingFor(store).note(context, session, above);
      for (const { path, ...facts } of result.replayed ? [] : given) {
        noteContent(context, files.ids.get(path) ?? "", facts);
      }
      return result;
    },
  );
}

interface Counted {
  readonly list: ListName;
  readonly write: Write & { readonly type: "insert" };
}

async function readSession(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<{ readonly row: Row; readonly looseBytes: number }> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]] },
        { type: "get", kind: "session_contexts", keys: [[session]] },
      ],
    },
    options,
  );
  const [[row], [header]] = answers;
  if (row === undefined) throw sessionNotFound(session);
  return { row, looseBytes: (header?.looseBytes as number | undefined) ?? 0 };
}

/** Rows of searches, decisions and references to memories, in the order they were given. */
function entriesOf(
  sessionId: string,
  { searches = [], decisions = [], memories = [] }: CheckedContextInput,
  now: number,
): readonly Counted[] {
  const entry = (list: ListName, text: string, at: Date | undefined, memoryId = ""): Counted => {
    const fields = { sessionId, kind: list, entryId: newId(), text: JSON.stringify(text), memoryId };
    const record = completeRecord(contextEntries, { ...fields, createdAt: at?.getTime() ?? now });
    return { list, write: { type: "insert", kind: "context_entries", record, exists: "fail" } };
  };
  return [
    ...searches.map((given) => {
      const { query, at } = typeof given === "string" ? { query: given, at: undefined } : given;
      return entry("search", query, at);
    }),
    ...decisions.map((given) => {
      const { decision, at } = typeof given === "string" ? { decision: given, at: undefined } : given;
      return entry("decision", decision, at);
    }),
    ...memories.map(({ id, key, at }) => entry("memory", key, at, id)),
  ];
}

/** Accesses of files, each of which tracks its resource. */
async function fileWrites(
  context: ServiceContext,
  { id, projectId }: Row,
  files: NonNullable<CheckedContextInput["files"]>,
  now: number,
  options: CallOptions,
): Promise<{
  readonly writes: readonly Write[];
  readonly log: readonly Counted[];
  /** By path: the resource's id. */
  readonly ids: ReadonlyMap<string, string>;
}> {
  if (files.length === 0) return { writes: [], log: [], ids: new Map() };
  const accesses = files.map(({ kind = "VIEW", at, ...file }): Access & { readonly id: string } => ({
    ...file,
    kind,
    at: at?.getTime() ?? now,
    // Their order in one millisecond is that of their ids.
    id: newId(),
  }));
  const project = projectId as string;
  const paths = [...new Set(accesses.map(({ path }) => path))];
  const known = await readByPath(context, project, paths, options);
  const tracked = trackAccesses(context, project, known, accesses, now);
  const logged = logAccesses(id as string, tracked.ids, accesses, now);
  const log = logged.filter(isLogged).map((write) => ({ list: "file", write }) as const);
  return { writes: [...tracked.writes, ...logged], log, ids: tracked.ids };
}

function isLogged(write: Write): write is Write & { readonly type: "insert" } {
  return write.type === "insert" && write.kind === "resource_access_logs";
}

interface Counts {
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** What the counters of a context grow by. */
function count(entries: readonly Counted[]): Counts {
  const counts: Record<string, number> = {};
  let bytes = 0;
  for (const { list, write } of entries) {
    const { counter } = lists[list];
    counts[counter] = (counts[counter] ?? 0) + 1;
    bytes += entryBytes(list, write.record);
  }
  return { bytes, counts };
}

function growth({ bytes }: Counts): Pick<Update, "increment"> {
  return bytes === 0 ? {} : { increment: { contextSizeBytes: bytes } };
}

function headerWrite(
  sessionId: string,
  { bytes, counts }: Counts,
  workspace: StoredRecord,
  now: number,
): Write {
  const increment = { ...counts, sizeBytes: bytes, looseBytes: bytes };
  const record = completeRecord(sessionContexts, {
    sessionId,
    ...increment,
    ...workspace,
    createdAt: now,
    updatedAt: now,
  });
  const exists = { increment, maximum: { updatedAt: now }, set: workspace };
  return { type: "insert", kind: "session_contexts", record, exists };
}

/** What a batch sets of the workspace: nothing where nothing was said of it. */
function writeWorkspace({ workspace }: CheckedContextInput): StoredRecord {
  if (workspace === undefined) return {};
  if (workspace === null) return { workspace: null };
  const text = JSON.stringify(workspace);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > workspaceBytes) throw tooLarge("A workspace may", "bytes", workspaceBytes, bytes);
  return { workspace: text };
}

/** All or nothing is one batch: what it can't hold is for the caller to divide. */
function checkSize(batch: Batch): void {
  const records = batch.writes.length;
  if (records > BATCH_RECORDS)
    throw tooLarge("Divide it: one request may", "records", BATCH_RECORDS, records);
  if (boundOfBatchBytes(batch) <= BATCH_BYTES) return;
  const bytes = batchBytes(batch);
  if (bytes > BATCH_BYTES) throw tooLarge("Divide it: one request may", "bytes", BATCH_BYTES, bytes);
}

function tooLarge(what: string, unit: string, limit: number, given: number): ThroughlineError {
  const message = `${what} come to at most ${limit} ${unit}, not ${given}.`;
  return new ThroughlineError("too_large", message, {
    reason: "context",
    outcome: "refused",
    details: { limit, [unit]: given },
  });
}

async function commit(
  { store }: ServiceContext,
  session: string,
  batch: Batch,
  options: CallOptions,
): Promise<CommitResult> {
  try {
    return await store.commit(batch, options);
  } catch (error) {
    throw isSessionGone(error) ? sessionNotFound(session) : asLostRace(error);
  }
}

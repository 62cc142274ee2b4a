/** Makes a session or finds it, with its first messages, in one commit. */
import type { CommitResult, Expectation, Key, NewMessage, Write } from "../../contract/batch.ts";
import { isThroughlineError } from "../../error.ts";
import { type StoredRecord, uniqueKeysOf } from "../../model/kind.ts";
import { sessions } from "../../model/sessions.ts";
import type { CheckedMessageInput, MessageInput } from "../../schemas/message-input.ts";
import type { BesideAppend, StagedBlobs } from "../blobs/staged-blobs.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import { sessionNotFound } from "./find-session.ts";
import { mayBeForParent, refuseSharedIds, resolveSharedParents } from "../message-path/shared-messages.ts";
import { newMessageRecords } from "../messages/new-messages.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import { insertProject } from "../projects/insert-project.ts";
import type { ServiceContext } from "../service-context.ts";
import { ancestorsOfChild } from "./session.ts";
import type { CallSettings } from "./sessions.ts";

/**
 * Inserts a session, unless one has its id, external key or terminal, and appends messages to the one that is there then.
 *
 * @throws ThroughlineError `not_found` for a parent that is not there
 */
export async function commitNewSession(
  context: ServiceContext,
  record: StoredRecord,
  parent: string | undefined,
  messages: readonly MessageInput[],
  settings: CallSettings,
): Promise<CommitResult> {
  const insert: Write = { type: "insert", kind: "sessions", record, exists: "keep" };
  const project = record.projectId as string;
  const named: readonly Write[] = project === "" ? [] : [insertProject(project, context.store.now())];
  const commit = async (beside: Partial<BesideAppend>, withParent = true): Promise<CommitResult> =>
    commitWithParent(context, [insert, ...(beside.writes ?? []), ...named], beside.expect ?? [], {
      parent: withParent ? parent : undefined,
      settings,
    });
  if (messages.length === 0) return commit({});
  const append = async (blobs: StagedBlobs): Promise<CommitResult> => {
    const made = await newMessageRecords(context, messages, blobs);
    await refuseSharedOfFound(context, record, made.checked, settings);
    if (!blobs.isEmpty) return appendLarge(made.messages, blobs);
    const session = await keyOfNew(context, record, settings);
    return commitAppend(session, made.messages, async (writes) => commit({ writes }));
  };
  const appendLarge = async (large: readonly NewMessage[], blobs: StagedBlobs): Promise<CommitResult> => {
    const { session, isThere, writes, expect } = await besideNew(context, record, large, blobs, settings);
    // One that is there has its parent already.
    return commitAppend([session], large, async (appended) =>
      commit({ writes: [...appended, ...writes], expect }, !isThere),
    );
  };
  const commitAppend = async (
    session: Key,
    given: readonly NewMessage[],
    commitWith: (writes: readonly Write[]) => Promise<CommitResult>,
  ): Promise<CommitResult> => {
    const appended = { type: "append", session, exists: "same" } as const;
    return commitWith([{ ...appended, messages: given }]).catch(async (error: unknown) => {
      const found = mayBeForParent(error) ? await readSessions(context, [session], settings) : [];
      const id = found[0]?.id as string | undefined;
      if (id === undefined) throw error;
      // Only a fork knows parents that its own log does not have.
      const resolved = await resolveSharedParents(context, id, given, error, settings);
      if (resolved === undefined) throw error;
      return commitWith([{ ...appended, messages: resolved }]);
    });
  };
  // Another made or deleted it in between.
  return repeatOnConflict(
    ({ kind }) => kind === "sessions",
    () => withStagedBlobs(context, append),
  );
}

/** The line of a new session's parent, nearest first. A session's parent never changes, so there is no cycle. */
export async function readAncestors(
  { store, tenant }: ServiceContext,
  parent: string | null | undefined,
  settings: CallSettings,
): Promise<string> {
  if (parent === null || parent === undefined) return "";
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[parent]], select: "all" }] },
    settings,
  );
  const row = answers[0][0];
  if (row === undefined) throw sessionNotFound(parent);
  return ancestorsOfChild(row);
}

async function commitWithParent(
  { store, tenant }: ServiceContext,
  writes: readonly Write[],
  expect: readonly Expectation[],
  { parent, settings }: { readonly parent: string | undefined; readonly settings: CallSettings },
): Promise<CommitResult> {
  if (parent === undefined) return store.commit({ tenant, writes, expect }, settings);
  const isThere: Expectation = {
    type: "equals",
    kind: "sessions",
    key: [parent],
    fields: { hiddenAt: 0 },
  };
  try {
    return await store.commit({ tenant, writes, expect: [...expect, isThere] }, settings);
  } catch (error) {
    throw isParentGone(error) ? sessionNotFound(parent) : error;
  }
}

/** Whether a commit was refused because a session was deleted, rather than made by another. */
function isParentGone(error: unknown): boolean {
  if (!isThroughlineError(error) || error.reason !== "expectation") return false;
  const { kind, expectation } = error.details ?? {};
  return kind === "sessions" && expectation !== "absent";
}

/** One that is there may be a fork, whose history has some of these messages. */
async function refuseSharedOfFound(
  context: ServiceContext,
  record: StoredRecord,
  messages: readonly CheckedMessageInput[],
  settings: CallSettings,
): Promise<void> {
  const keys = uniqueNames(record);
  if (keys.length === 0 || messages.every(({ id }) => id === undefined)) return;
  const found = (await readSessions(context, keys, settings)).find((row) => row !== undefined);
  if (found === undefined || found.forkedAt === 0) return;
  await refuseSharedIds(context, found.id as string, messages, settings);
}

/** The key by which a new session is found whether it was there or not. */
async function keyOfNew(context: ServiceContext, record: StoredRecord, settings: CallSettings): Promise<Key> {
  const keys = uniqueNames(record);
  const [first] = keys;
  if (first === undefined) return [record.id as string];
  if (keys.length === 1) return first;
  // It is found by either: by the one that a session has.
  const rows = await readSessions(context, keys, settings);
  return keys.find((_, index) => rows[index] !== undefined) ?? first;
}

/**
 * What the batch holds beside messages that name blobs. References name the session by its id, so it is looked up before;
 * where another was quicker, the batch conflicts.
 */
async function besideNew(
  context: ServiceContext,
  record: StoredRecord,
  messages: readonly NewMessage[],
  blobs: StagedBlobs,
  settings: CallSettings,
): Promise<BesideAppend & { readonly session: string; readonly isThere: boolean }> {
  const keys = uniqueNames(record);
  const found = (await readSessions(context, keys, settings)).find((row) => row !== undefined);
  const session = (found?.id ?? record.id) as string;
  const makesSession = found === undefined;
  const { writes, expect } = await blobs.besideAppend(session, messages, { makesSession });
  const absent = keys.map((key) => ({ type: "absent", kind: "sessions", key }) as const);
  return { session, isThere: !makesSession, writes, expect: makesSession ? [...expect, ...absent] : expect };
}

function uniqueNames(record: StoredRecord) {
  return Array.from(uniqueKeysOf(sessions, record), ([unique, values]) => ({ unique, values }));
}

async function readSessions({ store, tenant }: ServiceContext, keys: readonly Key[], settings: CallSettings) {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys }] },
    settings,
  );
  return answers[0];
}

/** Sessions: create, find, list, change, delete. */
import type { CommitResult, Expectation, Key, Write } from "../../contract/batch.ts";
import type { KeyValues, Row, StoredRecord } from "../../model/kind.ts";
import { isThroughlineError } from "../../error.ts";
import type { MessageInput } from "../../schemas/message-input.ts";
import type { BranchListInput, ForkInput } from "../../schemas/fork-input.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import type { SessionChanges, SessionFilter, SessionInput } from "../../schemas/session-input.ts";
import { sessionChanges, sessionFilter, sessionInput } from "../../schemas/session-input.ts";
import { label } from "../../schemas/text.ts";
import { commitNewSession, readAncestors } from "./create-session.ts";
import { type EndOptions, endSession } from "./end-session.ts";
import { type DeleteOptions, deleteSession, undeleteSession } from "../erasing/delete-session.ts";
import { type DeletionReceipt, readReceipt } from "../erasing/receipt.ts";
import { findByProcess } from "./find-by-process.ts";
import { findSession, sessionNotFound } from "./find-session.ts";
import { forkSession } from "./fork-session.ts";
import { type SessionBranch, listBranches } from "../messages/list-branches.ts";
import { listSessions } from "./list-sessions.ts";
import { SessionsWithResources } from "../resources/sessions-with-resources.ts";
import { type Hold, type HoldInput, holdSession, readHold, releaseSession } from "../retention/holds.ts";
import { type DeletedSession, type TrashOptions, listTrash } from "../retention/trash.ts";
import type { ServiceContext } from "../service-context.ts";
import { readChain } from "./session-chain.ts";
import { type SessionStatistics, countSession } from "./session-statistics.ts";
import { type Session, newSessionRecord, sessionFields, toSession } from "./session.ts";
import { setHead } from "../messages/set-head.ts";
import { tagSession, untagSession } from "./tag-session.ts";

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Pass it as `cursor` to go on; absent at the end. */
  readonly next?: string;
}

export interface CallSettings {
  readonly signal?: AbortSignal;
}

export interface CreatedSession {
  readonly session: Session;
  /** False when the session was there. */
  readonly created: boolean;
  /** The messages given, as they are stored; empty where none were. */
  readonly messages: readonly { readonly id: string; readonly seq: number }[];
}

export class Sessions extends SessionsWithResources {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    super(context);
    this.#context = context;
  }

  /** Creates a session, or answers the one that has this external key. */
  async create(input: SessionInput = {}, settings: CallSettings = {}): Promise<Session> {
    return (await this.getOrCreate(input, settings)).session;
  }

  /**
   * Creates a session, or finds the one that has this external key, or this terminal; with `messages`, their append is
   * in the same commit. An archived or expired session that is found is active again.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a parent that is not there.
   */
  async getOrCreate(
    input: SessionInput = {},
    settings: CallSettings & { readonly messages?: readonly MessageInput[] } = {},
  ): Promise<CreatedSession> {
    const { store, generateId } = this.#context;
    const checked = parseInput(sessionInput, input, "session");
    const now = store.now();
    const ancestors = await readAncestors(this.#context, checked.parent, settings);
    const fields = { ...sessionFields(checked), ancestors };
    const record = newSessionRecord(generateId(), now, fields);
    const result = await commitNewSession(
      this.#context,
      record,
      checked.parent ?? undefined,
      settings.messages ?? [],
      settings,
    );
    const [inserted, appended] = result.results;
    const key = inserted !== undefined && "key" in inserted ? inserted.key : [record.id as string];
    const created = inserted?.outcome === "inserted";
    const messages =
      appended?.outcome === "appended" ? appended.messages.map(({ id, seq }) => ({ id, seq })) : [];
    return {
      session: await this.#afterCreation(key, record, created, messages.length, settings),
      created,
      messages,
    };
  }

  /** A session that was just made is known without a read; one that was found may have to be woken. */
  async #afterCreation(
    key: KeyValues,
    record: StoredRecord,
    created: boolean,
    appended: number,
    settings: CallSettings,
  ): Promise<Session> {
    if (created && appended === 0) return toSession(this.#context.tenant, { ...record, revision: 1 });
    const row = await this.#row(key, settings);
    if (created || row.status === "active") return toSession(this.#context.tenant, row);
    return this.update(row.id as string, { status: "active" }, settings);
  }

  /** A session by its id. @throws ThroughlineError `not_found` */
  async get(id: string, settings: CallSettings = {}): Promise<Session> {
    return toSession(this.#context.tenant, await this.#row([id], settings));
  }

  /** The session that has another program's id, or undefined. */
  async getByExternalKey(
    where: { readonly user?: string; readonly tool?: string | null; readonly externalKey: string },
    settings: CallSettings = {},
  ): Promise<Session | undefined> {
    const values = [where.user ?? "local", where.tool ?? "", where.externalKey];
    const { answers } = await this.#context.store.read(
      {
        tenant: this.#context.tenant,
        requests: [{ type: "get", kind: "sessions", keys: [{ unique: "external", values }] }],
      },
      settings,
    );
    const row = answers[0][0];
    return row === undefined ? undefined : toSession(this.#context.tenant, row);
  }

  /**
   * The one session that a person means: by full id, an ending of at least six characters, `tool:external key`, or
   * `@last`, the one with the newest activity.
   *
   * @throws ThroughlineError `not_found`; `conflict` with reason `ambiguous` and the candidates in `details`.
   */
  async find(name: string, settings: CallSettings = {}): Promise<Session> {
    return toSession(this.#context.tenant, await findSession(this.#context, name, settings));
  }

  /** The newest session of a process that has not ended, or undefined. */
  async findByProcess(
    processId: number,
    { user, ...settings }: CallSettings & { readonly user?: string } = {},
  ): Promise<Session | undefined> {
    const row = await findByProcess(this.#context, processId, user, settings);
    return row === undefined ? undefined : toSession(this.#context.tenant, row);
  }

  /** Sessions, newest activity first. One that nobody touches during a walk over the pages appears exactly once. */
  async list(filter: SessionFilter = {}, settings: CallSettings = {}): Promise<Page<Session>> {
    const checked = parseInput(sessionFilter, filter, "filter");
    const { rows, next } = await listSessions(this.#context, checked, settings);
    const items = rows.map((row) => toSession(this.#context.tenant, row));
    return next === undefined ? { items } : { items, next };
  }

  /**
   * Begins a child that shares the history of a session up to a position, on any branch, without copying it; by default
   * up to its head. It has the parent's user, project, tool and settings, and its model and workspace path unless others
   * are given.
   *
   * @throws ThroughlineError `not_found`; `invalid` with reason `position`; `conflict` with reason `exists` for an external
   *   key or a terminal of another session; `too_large` with reason `history` for a path of more than 1,000 pieces
   */
  async fork(id: string, options: ForkInput = {}, settings: CallSettings = {}): Promise<Session> {
    const record = await forkSession(this.#context, id, options, settings);
    return toSession(this.#context.tenant, { ...record, revision: 1 });
  }

  /** A session, then its nearest 1,000 ancestors without those that were deleted. @throws ThroughlineError `not_found` */
  async chain(id: string, settings: CallSettings = {}): Promise<readonly Session[]> {
    const rows = await readChain(this.#context, id, settings);
    return rows.map((row) => toSession(this.#context.tenant, row));
  }

  /** Forks of a session, and those that are only linked to it, newest first; also of a deleted one. */
  async children(
    id: string,
    options: BranchListInput = {},
    settings: CallSettings = {},
  ): Promise<Page<Session>> {
    // Without a name it would be no filter at all.
    const parent = parseInput(label, id, "session");
    refuseNonObject(options, "filter");
    return this.list({ ...options, parent, order: "created", all: true }, settings);
  }

  /**
   * The ways that a conversation went, one for each end that it has, the newest end first.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async branches(
    id: string,
    options: BranchListInput = {},
    settings: CallSettings = {},
  ): Promise<Page<SessionBranch>> {
    return listBranches(this.#context, id, options, settings);
  }

  /**
   * Makes another branch current, or goes back on this one: what is appended next follows that message. Position 0
   * begins anew. Nothing is deleted.
   *
   * @throws ThroughlineError `not_found`; `invalid` with reason `position`; `conflict` with reason `head` where the
   *   conversation does not stand at `expectedHead`
   */
  async setHead(
    id: string,
    target: { readonly seq: number } | { readonly messageId: string },
    { signal, ...options }: { readonly expectedHead?: number } & CallSettings = {},
  ): Promise<Session> {
    const settings = signal === undefined ? {} : { signal };
    const row = await setHead(this.#context, id, { ...target, ...options }, settings);
    return toSession(this.#context.tenant, row);
  }

  /** Changes what is given; null empties a field. @throws ThroughlineError `not_found`, `conflict`, `invalid` */
  async update(id: string, changes: SessionChanges, settings: CallSettings = {}): Promise<Session> {
    const { expectedRevision, ...given } = parseInput(sessionChanges, changes, "session");
    const set = { ...sessionFields(given), updatedAt: this.#context.store.now() };
    return this.#change(
      id,
      set,
      expectedRevision === undefined ? {} : { revision: expectedRevision },
      settings,
    );
  }

  /**
   * What a session comes to: messages by role, tokens, costs, tool calls, branches, forks. Reads all of its content.
   *
   * @throws ThroughlineError `not_found`
   */
  async statistics(id: string, settings: CallSettings = {}): Promise<SessionStatistics> {
    return countSession(this.#context, id, settings);
  }

  /** Adds tags: two who do so at once lose nothing. @throws ThroughlineError `not_found`, `invalid` */
  async tag(id: string, tags: readonly string[], settings: CallSettings = {}): Promise<Session> {
    return toSession(this.#context.tenant, await tagSession(this.#context, id, tags, settings));
  }

  /** Takes tags away; those that are not there are no error. @throws ThroughlineError `not_found`, `invalid` */
  async untag(id: string, tags: readonly string[], settings: CallSettings = {}): Promise<Session> {
    return toSession(this.#context.tenant, await untagSession(this.#context, id, tags, settings));
  }

  /**
   * Notes that a session ended, now or at another time. One that has ended keeps its first end; `update` with `endedAt`
   * changes it.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async end(id: string, given: EndOptions & CallSettings = {}): Promise<Session> {
    refuseNonObject(given, "end");
    const { signal, ...options } = given;
    const settings = signal === undefined ? {} : { signal };
    return toSession(this.#context.tenant, await endSession(this.#context, id, options, settings));
  }

  /** Puts a session aside: it stays readable and searchable. */
  async archive(id: string, settings: CallSettings = {}): Promise<Session> {
    return this.update(id, { status: "archived" }, settings);
  }

  /** Brings an archived or expired session back. */
  async restore(id: string, settings: CallSettings = {}): Promise<Session> {
    return this.update(id, { status: "active" }, settings);
  }

  /** Keeps a session from every clean-up. */
  async pin(id: string, settings: CallSettings = {}): Promise<Session> {
    return this.update(id, { pinned: true }, settings);
  }

  async unpin(id: string, settings: CallSettings = {}): Promise<Session> {
    return this.update(id, { pinned: false }, settings);
  }

  /**
   * Deletes a session: from now on it is in no list, no search and no read, and its external key is free. `undelete`
   * brings it back, until clean-up erases it. With `erase` it is erased at once and for ever, also from the trash, and
   * also what living forks share with it: the receipt names these. A call that was cut short goes on when it is repeated,
   * or with the next clean-up.
   *
   * @throws ThroughlineError `not_found`; `conflict` with reason `held` while the session is held
   */
  async delete(id: string, given: DeleteOptions & CallSettings = {}): Promise<DeletionReceipt> {
    return deleteSession(this.#context, id, given);
  }

  /**
   * Brings a deleted session back.
   *
   * @throws ThroughlineError `not_found`, also once its erasure has begun; `conflict` with reason `unique` when another
   *   session has its key by now.
   */
  async undelete(id: string, settings: CallSettings = {}): Promise<Session> {
    await undeleteSession(this.#context, id, settings);
    return this.get(id, settings);
  }

  /** Sessions that were deleted and can be brought back, deleted last first. @throws ThroughlineError `invalid` */
  async trash(options: TrashOptions = {}, settings: CallSettings = {}): Promise<Page<DeletedSession>> {
    return listTrash(this.#context, options, settings);
  }

  /**
   * What was removed of a session that was erased, or is being erased. It is kept for ever.
   *
   * @throws ThroughlineError `not_found` with reason `receipt`
   */
  async receipt(id: string, settings: CallSettings = {}): Promise<DeletionReceipt> {
    return readReceipt(this.#context, id, settings);
  }

  /**
   * Holds a session: until it is released nobody deletes it, and no clean-up touches it. Again: it gets the new reason.
   *
   * @throws ThroughlineError `not_found`, also for a deleted one; `invalid`
   */
  async hold(id: string, hold: HoldInput = {}, settings: CallSettings = {}): Promise<Hold> {
    return holdSession(this.#context, id, hold, settings);
  }

  /** Lets go of a session that is held; of another one, too. @throws ThroughlineError `not_found` */
  async release(id: string, settings: CallSettings = {}): Promise<void> {
    await releaseSession(this.#context, id, settings);
  }

  /** The hold of a session; undefined where nobody holds it. @throws ThroughlineError `not_found` */
  async getHold(id: string, settings: CallSettings = {}): Promise<Hold | undefined> {
    return readHold(this.#context, id, settings);
  }

  async #change(
    id: string,
    set: StoredRecord,
    expected: Readonly<Record<string, number>>,
    settings: CallSettings,
  ): Promise<Session> {
    const row = await this.#row([id], settings);
    const { results } = await this.#updateThere(id, set, expected, settings);
    const [updated] = results;
    const revision = updated !== undefined && "revision" in updated ? updated.revision : row.revision;
    // Appends may have come between; then the session is read again rather than guessed.
    return revision === row.revision + 1
      ? toSession(this.#context.tenant, { ...row, ...set, revision })
      : this.get(id, settings);
  }

  /** Updates a session that is not deleted, also not since it was read. */
  async #updateThere(
    id: string,
    set: StoredRecord,
    expected: Readonly<Record<string, number>>,
    settings: CallSettings,
  ): Promise<CommitResult> {
    const { fields, ...expectation } = isThere(id);
    const expect = [{ ...expectation, fields: { ...fields, ...expected } }];
    const update: Write = { type: "update", kind: "sessions", key: [id], set };
    try {
      const { store, tenant } = this.#context;
      return await store.commit({ tenant, writes: [update], expect }, settings);
    } catch (error) {
      throw isGone(error) ? sessionNotFound(id) : error;
    }
  }

  async #row(key: Key, settings: CallSettings): Promise<Row> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "sessions", keys: [key] }] },
      settings,
    );
    const row = answers[0][0];
    if (row === undefined) throw sessionNotFound(String((key as KeyValues)[0]));
    return row;
  }
}

/** Expects a session not to be deleted. */
function isThere(id: string): Extract<Expectation, { type: "equals" }> {
  return { type: "equals", kind: "sessions", key: [id], fields: { hiddenAt: 0 } };
}

/** Whether a commit was refused because a session that it expects was deleted. */
function isGone(error: unknown): boolean {
  return isThroughlineError(error) && error.reason === "expectation" && error.details?.field !== "revision";
}

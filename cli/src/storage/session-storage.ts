/** Sessions in a database, whole: saved, loaded, listed, deleted. */
import {
  type AppendResult,
  type Message,
  type Session,
  ThroughlineError,
  type Throughline,
  checkMessages,
  isThroughlineError,
  newSessionRecord,
  parseInput,
  sessionChangesJson,
  sessionFields,
  sessionInput,
} from "@throughline/core";
import type { Settings } from "../configuration/resolve-configuration.ts";
import type { OpenedThroughline } from "../open-configured.ts";
import { appendGroups } from "./append-groups.ts";
import { type ChatMessage, ChatSession, type ChatStatus, checkSession } from "./chat-session.ts";
import { type UploadedFileRecord, fromFileRecord, toFileRecord } from "./file-record.ts";
import {
  type SavedState,
  changedFields,
  fieldsOf,
  hashMessage,
  savedState,
  unsavedMessages,
} from "./saved-state.ts";

export interface ListSessionsOptions {
  readonly status?: ChatStatus;
  /** Default: 100, at most 1,000. */
  readonly limit?: number;
}

const defaultLimit = 100;
/** No session has this revision. */
const UNSEEN_CHANGES = 0;

/** What every storage does; which database it uses is told by its class. */
export abstract class SessionStorage {
  #opened: OpenedThroughline | undefined;
  #closing: Promise<void> | undefined;
  /** What this storage has of each session that it saved or loaded. */
  readonly #saved = new WeakMap<ChatSession, SavedState>();
  /** One save of a session at a time: two would write its new messages twice. */
  readonly #saving = new WeakMap<ChatSession, Promise<unknown>>();

  /** Opens the database. */
  protected abstract open(): Promise<OpenedThroughline>;

  /** Opens the database and brings its schema up to date. Doing so again changes nothing. */
  async initialize(): Promise<void> {
    if (this.#closing !== undefined) throw closedError();
    this.#opened ??= await this.open();
  }

  /** The services beneath. @throws ThroughlineError `unavailable` with reason `not_initialized`; `closed` */
  get throughline(): Throughline {
    return this.#openedOrFail().throughline;
  }

  /** The settings that it was opened with, from the environment and the configuration file, too. */
  get settings(): Settings {
    return this.#openedOrFail().settings;
  }

  #openedOrFail(): OpenedThroughline {
    if (this.#closing !== undefined) throw closedError();
    if (this.#opened !== undefined) return this.#opened;
    throw new ThroughlineError("unavailable", "The storage is not open: await its initialize() first.", {
      reason: "not_initialized",
      outcome: "refused",
    });
  }

  /**
   * Saves a session: adds what is new and changes what changed, by id. Nothing is removed, so a session of a list, which
   * has no messages, can be saved as well. True once it is on the disk.
   *
   * @throws ThroughlineError `not_found` or `conflict` with reason `removed` for a session that was deleted; `invalid`.
   */
  async saveSession(session: ChatSession): Promise<boolean> {
    checkSession(session);
    const before = this.#saving.get(session) ?? Promise.resolve();
    const saving = before.catch(() => undefined).then(() => this.#save(session));
    this.#saving.set(session, saving);
    await saving;
    return true;
  }

  async #save(session: ChatSession): Promise<void> {
    const known = this.#saved.get(session) ?? (await this.#readSaved(session));
    // All of it before any of it is written.
    refuseDoubled(session);
    const { added, changed } = unsavedMessages(session, known);
    checkMessages([...added, ...changed].map(toInput));
    checkFields(session);
    const saved = known ?? (await this.#insert(session));
    this.#saved.set(session, saved);
    const revision =
      saved.revision + (await this.#saveMessages(session, saved)) + (await this.#saveFields(session, saved));
    const stored = await this.throughline.sessions.get(session.sessionId);
    session.updatedAt = stored.updatedAt;
    // A message has woken it.
    if (session.status === "expired" && stored.status === "active") {
      session.status = "active";
      saved.fields = fieldsOf(session);
    }
    // Each of our commits has raised it by one: another one is of somebody else, whose changes were not seen.
    saved.revision = stored.revision === revision ? revision : UNSEEN_CHANGES;
  }

  /** Writes the messages that are not saved, changed ones first: a refused change adds nothing. Answers how many commits changed the session. */
  async #saveMessages(session: ChatSession, saved: SavedState): Promise<number> {
    const { messages } = this.throughline;
    const { added, changed } = unsavedMessages(session, saved);
    let commits = 0;
    const write = async (group: readonly ChatMessage[], send: () => Promise<AppendResult>): Promise<void> => {
      const hashes = group.map(hashMessage);
      const { replayed } = await send();
      commits += replayed ? 0 : 1;
      group.forEach(({ messageId }, index) => saved.messages.set(messageId, hashes[index] as string));
    };
    for await (const group of appendGroups(changed)) {
      await write(group, () => messages.put(session.sessionId, group.map(toInput)));
    }
    for await (const group of appendGroups(added)) {
      await write(group, () => messages.append(session.sessionId, group.map(toInput)));
    }
    return commits;
  }

  async #saveFields(session: ChatSession, saved: SavedState): Promise<0 | 1> {
    const fields = fieldsOf(session);
    if (fields === saved.fields) return 0;
    await this.throughline.sessions.update(session.sessionId, changedFields(session, saved));
    saved.fields = fields;
    return 1;
  }

  /** What is there of a session that this storage has not seen yet. */
  async #readSaved({ sessionId }: ChatSession): Promise<SavedState | undefined> {
    const stored = await this.#find(sessionId);
    if (stored === undefined) return undefined;
    const messages: ChatMessage[] = [];
    for await (const message of this.throughline.messages.stream(sessionId))
      messages.push(toChatMessage(message));
    return savedState(stored, messages);
  }

  async #insert(session: ChatSession): Promise<SavedState> {
    const { store, tenant } = this.throughline;
    const { sessionId, model, metadata, createdAt, status } = session;
    const given = { model: model === "" ? null : model, metadata, createdAt };
    const fields = { ...sessionFields(parseInput(sessionInput, given, "session")), status };
    const record = newSessionRecord(checkId(sessionId), store.now(), fields);
    await store.commit({ tenant, writes: [{ type: "insert", kind: "sessions", record, exists: "keep" }] });
    // Its messages, which come now, would wake one that has expired.
    const isWoken = status === "expired" && session.messages.length > 0;
    const stored = { model, metadata, status: isWoken ? "active" : status } as const;
    return { revision: 1, fields: fieldsOf(stored), messages: new Map() };
  }

  /** A session with its messages; null where there is none. */
  async loadSession(sessionId: string): Promise<ChatSession | null> {
    const stored = await this.#find(sessionId);
    if (stored === undefined) return null;
    const messages: ChatMessage[] = [];
    for await (const message of this.throughline.messages.stream(stored.id))
      messages.push(toChatMessage(message));
    const session = toChatSession(stored, messages);
    this.#saved.set(session, savedState(stored, messages));
    return session;
  }

  /** The revision of a session in the database; undefined where there is none. */
  async readRevision(sessionId: string): Promise<number | undefined> {
    return (await this.#find(sessionId))?.revision;
  }

  /** The revision that this storage last saved or loaded; undefined for a session that it has not seen. */
  savedRevision(session: ChatSession): number | undefined {
    return this.#saved.get(session)?.revision;
  }

  /** Whether something of a session is not saved. */
  hasUnsaved(session: ChatSession): boolean {
    const saved = this.#saved.get(session);
    if (saved === undefined || saved.fields !== fieldsOf(session)) return true;
    const { added, changed } = unsavedMessages(session, saved);
    return added.length + changed.length > 0;
  }

  async #find(sessionId: string): Promise<Session | undefined> {
    try {
      return await this.throughline.sessions.get(sessionId);
    } catch (error) {
      if (isThroughlineError(error) && error.code === "not_found") return undefined;
      throw error;
    }
  }

  /** Sessions without their messages, newest activity first. */
  async listSessions({ status, limit = defaultLimit }: ListSessionsOptions = {}): Promise<ChatSession[]> {
    const { items } = await this.throughline.sessions.list({
      limit,
      ...(status === undefined ? undefined : { status }),
    });
    return items.map((stored) => toChatSession(stored, []));
  }

  /** Deletes a session. False: there was none. */
  async deleteSession(sessionId: string): Promise<boolean> {
    if ((await this.#find(sessionId)) === undefined) return false;
    await this.throughline.sessions.delete(sessionId);
    return true;
  }

  /** Keeps a record of an uploaded file; one with the same id is replaced. */
  async saveFileRecord(record: UploadedFileRecord): Promise<boolean> {
    await this.throughline.files.save(fromFileRecord(record));
    return true;
  }

  /** A file's record, also one that has expired; null where there is none. */
  async loadFileRecord(fileId: string): Promise<UploadedFileRecord | null> {
    try {
      return toFileRecord(await this.throughline.files.get(fileId));
    } catch (error) {
      if (isThroughlineError(error) && error.code === "not_found") return null;
      throw error;
    }
  }

  /** Records of files, newest upload first. Default: 100 of them. */
  async listFileRecords(limit: number = defaultLimit): Promise<UploadedFileRecord[]> {
    return (await this.throughline.files.list({ limit })).items.map(toFileRecord);
  }

  /** Forgets the files that have expired; answers how many. */
  async deleteExpiredFiles(): Promise<number> {
    return this.throughline.files.deleteExpired();
  }

  /** Finishes what was begun and closes the database. */
  async close(): Promise<void> {
    this.#closing ??= this.#opened?.throughline.close() ?? Promise.resolve();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function toChatSession(stored: Session, messages: readonly ChatMessage[]): ChatSession {
  return new ChatSession({
    sessionId: stored.id,
    model: stored.model ?? "",
    createdAt: stored.createdAt,
    updatedAt: stored.updatedAt,
    status: stored.status,
    metadata: stored.metadata,
    messages,
    unloadedMessages: messages.length === 0 ? stored.messageCount : 0,
  });
}

function toChatMessage({ id, sessionId, role, content, createdAt, metadata }: Message): ChatMessage {
  return { messageId: id, sessionId, role, content, createdAt, metadata };
}

function toInput({ messageId, role, content, createdAt, metadata }: ChatMessage) {
  return { id: messageId, role, content, createdAt, metadata };
}

/** An id names one message: nobody knows which of two that differ is meant. */
function refuseDoubled({ messages }: ChatSession): void {
  const known = new Map<string, ChatMessage>();
  for (const message of messages) {
    const { messageId } = message;
    const other = known.get(messageId) ?? message;
    if (other !== message && hashMessage(other) !== hashMessage(message)) {
      throw new ThroughlineError("conflict", `Two different messages have the id ${messageId}.`, {
        reason: "different_content",
        outcome: "refused",
        details: { id: messageId },
      });
    }
    known.set(messageId, message);
  }
}

function checkFields({ model, metadata, status }: ChatSession): void {
  const given = { model: model === "" ? null : model, metadata, status };
  parseInput(sessionChangesJson, given, "session");
  // Refuses metadata that are too large.
  sessionFields(given);
}

function checkId(sessionId: string): string {
  if (typeof sessionId === "string" && sessionId !== "") return sessionId;
  throw new ThroughlineError("invalid", "A session needs an id that is text.", {
    reason: "type",
    outcome: "refused",
  });
}

function closedError(): ThroughlineError {
  return new ThroughlineError("closed", "The storage is closed.", { reason: "closed", outcome: "refused" });
}

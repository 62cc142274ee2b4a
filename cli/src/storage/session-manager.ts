/** Keeps the sessions that are in use in memory, and saves them. */
import { type ExportFormat, exportSession, isThroughlineError, keepEverything } from "@throughline/core";
import { writeWholeFile } from "../write-whole-file.ts";
import { ChatSession, checkSession } from "./chat-session.ts";
import type { SessionStorage } from "./session-storage.ts";

export interface SessionManagerOptions {
  /**
   * Whether a session is saved as soon as it is made and whenever a message is added. Otherwise `autoSave` and `shutdown`
   * save. Default: the storage's setting, which is true unless somebody says otherwise.
   */
  readonly autoSaveEnabled?: boolean;
  /** Hours without activity after which a session expires; null: never. Default: the storage's setting, which is never. */
  readonly expiryHours?: number | null;
  /** Sessions kept in memory; one that is not saved stays beyond that. Default: 100. */
  readonly cacheSize?: number;
}

export interface StorageStatistics {
  readonly totalSessions: number;
  readonly activeSessions: number;
  readonly archivedSessions: number;
  readonly expiredSessions: number;
  readonly totalMessages: number;
  readonly totalTokens: number;
  readonly totalFiles: number;
  /** Sessions in this manager's memory. */
  readonly cachedSessions: number;
}

const defaultCacheSize = 100;

export class SessionManager {
  readonly #storage: SessionStorage;
  readonly #options: SessionManagerOptions;
  /** The one used longest ago is first. */
  readonly #cache = new Map<string, ChatSession>();
  /** Sessions that got a message since their last save began. */
  readonly #grown = new Set<ChatSession>();
  /** Saves that a new message began, by session. */
  readonly #pending = new Map<ChatSession, Promise<void>>();

  constructor(storage: SessionStorage, options: SessionManagerOptions = {}) {
    this.#storage = storage;
    this.#options = options;
  }

  get #savesByItself(): boolean {
    return this.#options.autoSaveEnabled ?? this.#storage.settings.autoSave;
  }

  /** Opens the storage and tells what is in it. Sessions are loaded when they are asked for. */
  async startup(): Promise<StorageStatistics> {
    await this.#storage.initialize();
    return this.getStatistics();
  }

  /** Makes a session; where the manager saves by itself, it is saved when this resolves. */
  async createSession(model: string): Promise<ChatSession> {
    const session = ChatSession.create(model);
    if (this.#savesByItself) await this.#storage.saveSession(session);
    await this.#keep(session);
    return session;
  }

  /** A session with its messages, as it is in the database now; null where there is none. */
  async getSession(sessionId: string): Promise<ChatSession | null> {
    const cached = this.#cache.get(sessionId);
    if (cached !== undefined && (await this.#isCurrent(cached))) {
      await this.#keep(cached);
      return cached;
    }
    const session = await this.#storage.loadSession(sessionId);
    if (session === null) this.#forget(sessionId);
    else await this.#keep(session);
    return session;
  }

  /** Whether nobody else has changed a session since it was saved or loaded here. */
  async #isCurrent(session: ChatSession): Promise<boolean> {
    await this.#pending.get(session);
    const saved = this.#storage.savedRevision(session);
    // It was never saved, so nobody else can know it.
    if (saved === undefined) return true;
    const revision = await this.#storage.readRevision(session.sessionId);
    if (revision === saved) return true;
    // What is new here is kept before the others' state is read.
    if (revision !== undefined && this.#storage.hasUnsaved(session)) await this.#storage.saveSession(session);
    return false;
  }

  /** Saves what is new in a session. True once it is on the disk. */
  async autoSave(session: ChatSession): Promise<boolean> {
    checkSession(session);
    await this.#keep(session);
    await this.#pending.get(session);
    return this.#storage.saveSession(session);
  }

  /** Puts a session aside: it stays readable and searchable. False: there is none. */
  async archiveSession(sessionId: string): Promise<boolean> {
    const session = await this.getSession(sessionId);
    if (session === null) return false;
    session.status = "archived";
    return this.#storage.saveSession(session);
  }

  /** Marks sessions without activity for `expiryHours` as expired; answers how many. Nothing is removed. */
  async cleanupExpiredSessions(): Promise<number> {
    const { expiryHours = this.#storage.settings.expiryHours } = this.#options;
    if (expiryHours === null) return 0;
    // Everything else that a clean-up does has its own settings.
    const policy = { ...keepEverything, expiryHours };
    return (await this.#storage.throughline.gc({ policy, prune: false })).expired;
  }

  /** The conversation as it is in the database; null where there is none. Default: JSON. */
  async exportSession(sessionId: string, format: ExportFormat = "json"): Promise<string | null> {
    const pieces = await this.#exportPieces(sessionId, format);
    return pieces === null ? null : (await Array.fromAsync(pieces)).join("");
  }

  /** Writes the conversation into a file, which has its name only when it is whole. False: there is no such session. */
  async exportToFile(sessionId: string, path: string, format: ExportFormat = "json"): Promise<boolean> {
    const pieces = await this.#exportPieces(sessionId, format);
    if (pieces === null) return false;
    await writeWholeFile(path, pieces);
    return true;
  }

  async #exportPieces(sessionId: string, format: ExportFormat): Promise<AsyncIterable<string> | null> {
    const cached = this.#cache.get(sessionId);
    if (cached !== undefined) await this.#pending.get(cached);
    const { sessions, messages } = this.#storage.throughline;
    try {
      return exportSession(await sessions.get(sessionId), messages.stream(sessionId), format);
    } catch (error) {
      if (isThroughlineError(error) && error.code === "not_found") return null;
      throw error;
    }
  }

  async getStatistics(): Promise<StorageStatistics> {
    const { sessions, messages, tokens, files } = await this.#storage.throughline.stats();
    return {
      totalSessions: sessions.total,
      activeSessions: sessions.active,
      archivedSessions: sessions.archived,
      expiredSessions: sessions.expired,
      totalMessages: messages,
      totalTokens: tokens,
      totalFiles: files,
      cachedSessions: this.#cache.size,
    };
  }

  /** Saves every session that is not saved. The storage stays open; of several failures the first is thrown. */
  async shutdown(): Promise<void> {
    await Promise.all(this.#pending.values());
    const unsaved = [...this.#cache.values()].filter((session) => this.#storage.hasUnsaved(session));
    const saved = await Promise.allSettled(unsaved.map((session) => this.#storage.saveSession(session)));
    const failed = saved.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    for (const sessionId of this.#cache.keys()) this.#forget(sessionId);
  }

  #forget(sessionId: string): void {
    this.#cache.get(sessionId)?.listen(undefined);
    this.#cache.delete(sessionId);
  }

  /** Keeps a session in memory as the one used last, and lets go of saved ones that are too many. */
  async #keep(session: ChatSession): Promise<void> {
    if (this.#cache.get(session.sessionId) !== session) this.#forget(session.sessionId);
    this.#cache.delete(session.sessionId);
    this.#cache.set(session.sessionId, session);
    session.listen(this.#savesByItself ? () => this.#saveSoon(session) : undefined);
    const tooMany = this.#cache.size - (this.#options.cacheSize ?? defaultCacheSize);
    if (tooMany <= 0) return;
    const saved = [...this.#cache.values()].filter(
      (other) => other !== session && !this.#pending.has(other) && !this.#storage.hasUnsaved(other),
    );
    for (const { sessionId } of saved.slice(0, tooMany)) this.#forget(sessionId);
  }

  /** Messages that are added in one go are saved together; what is added during a save is saved after it. */
  #saveSoon(session: ChatSession): void {
    this.#grown.add(session);
    if (!this.#pending.has(session)) this.#pending.set(session, this.#saveGrown(session));
  }

  async #saveGrown(session: ChatSession): Promise<void> {
    try {
      await Promise.resolve();
      while (this.#grown.delete(session)) await this.#storage.saveSession(session);
    } catch (error) {
      // The next save tries again, and throws.
      const why = error instanceof Error ? error.message : String(error);
      process.emitWarning(`The session ${session.sessionId} is not saved: ${why}`, "ThroughlineWarning");
    } finally {
      this.#pending.delete(session);
    }
  }
}

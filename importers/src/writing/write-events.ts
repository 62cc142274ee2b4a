/** Writes what was read of a file: sessions and messages, each once however often it is read. */
import type { NewMessage, Row, ServiceContext, Write } from "@throughline/core";
import { fetchStagedFields, newId, noteSource, toMessage } from "@throughline/core";
import type { ByteRange, ImportEvent, ImportedMessage, ImportedSession } from "../importer.ts";
import { cursorKey } from "./import-cursor.ts";
import type { FileImport } from "./import-file.ts";
import {
  type KnownSession,
  type Where,
  uniqueKeyOf,
  findImportedSession,
  sessionUpdate,
  updateSession,
} from "./import-session.ts";
import { ImportedRecords, appendLimit } from "./imported-records.ts";
import { continueMessage, isMadeFrom, nativeRangesOf } from "./message-input.ts";

/** Of a new session: so many are appended quicker by themselves than in the batch that makes it. */
const manyMessages = 100;

interface Group {
  draft: ImportedSession;
  /** The last of `messages`. */
  last: ImportedMessage | undefined;
  readonly messages: Map<string, ImportedMessage>;
}

export interface WrittenEvents {
  /** The titles that were written, with those of before. */
  readonly titles: Readonly<Record<string, string>>;
  /** External keys of deleted sessions that kept these or their side chains out. */
  readonly skipped: readonly string[];
  /** The bytes of what was kept out: `all` where nothing else was written. */
  readonly skippedBytes: readonly ByteRange[] | "all";
}

/** Writes events, session by session. `noted` are the sessions of which it is noted that they come from the source. */
export async function writeEvents(
  file: FileImport,
  sourceId: string,
  noted: Set<string>,
  titles: Readonly<Record<string, string>>,
  events: readonly ImportEvent[],
): Promise<WrittenEvents> {
  const written = { ...titles };
  const skipped: string[] = [];
  const skippedBytes: ByteRange[] = [];
  let isAllSkipped = true;
  for (const group of groupEvents(events)) {
    const key = group.draft.externalKey;
    const deleted = await new SessionWriter(file, sourceId, noted, group).write(written[key]);
    if (deleted !== undefined) {
      skipped.push(deleted);
      for (const { ranges } of group.messages.values()) skippedBytes.push(...ranges);
      continue;
    }
    isAllSkipped = false;
    if (group.draft.title !== undefined) written[key] = group.draft.title;
  }
  return {
    titles: written,
    skipped,
    skippedBytes: isAllSkipped && skipped.length > 0 ? "all" : skippedBytes,
  };
}

/** What the events say of each session, in the order of their first mention. */
function groupEvents(events: readonly ImportEvent[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  const groupOf = (externalKey: string): Group => {
    const group = groups.get(externalKey) ?? {
      draft: { type: "session", externalKey },
      last: undefined,
      messages: new Map(),
    };
    groups.set(externalKey, group);
    return group;
  };
  for (const event of events) {
    if (event.type === "session") {
      const group = groupOf(event.externalKey);
      group.draft = { ...group.draft, ...event };
    } else if (event.type === "message") {
      const group = groupOf(event.session);
      const { messages } = group;
      const waiting = messages.get(event.id);
      if (waiting === undefined) {
        group.last = withTime(event, group.last);
        messages.set(event.id, group.last);
      } else if (event.continues === true) messages.set(event.id, continueMessage(waiting, event));
    }
  }
  return groups.values();
}

/** A record without a time was written when the one before it was, as far as anybody knows. */
function withTime(message: ImportedMessage, before: ImportedMessage | undefined): ImportedMessage {
  if (message.createdAt !== undefined || before?.createdAt === undefined) return message;
  return { ...message, createdAt: before.createdAt };
}

class SessionWriter {
  readonly #file: FileImport;
  readonly #sourceId: string;
  readonly #group: Group;
  /** With the project of the group's session, once that is known. */
  #where: Where;
  readonly #context: ServiceContext;
  readonly #records: ImportedRecords;
  /** The session's id; that of a new one, which another import may just have made under another, until it is there. */
  #id: string | undefined;
  readonly #noted: Set<string>;

  constructor(file: FileImport, sourceId: string, noted: Set<string>, group: Group) {
    const { throughline, importer, user } = file;
    this.#file = file;
    this.#sourceId = sourceId;
    this.#noted = noted;
    this.#group = group;
    this.#where = { throughline, tool: importer.tool, user };
    this.#context = { store: throughline.store, tenant: throughline.tenant, generateId: newId };
    this.#records = new ImportedRecords(file, sourceId);
  }

  /** Answers the external key of what was deleted here, where that keeps the session out. */
  async write(importedTitle: string | undefined): Promise<string | undefined> {
    const { report, fates } = this.#file;
    const { draft } = this.#group;
    const project = await this.#file.projectOf?.(draft.workspacePath);
    if (project !== undefined) this.#where = { ...this.#where, project };
    const known = await findImportedSession(this.#where, draft);
    if (known.deleted !== undefined) {
      fates.set(draft.externalKey, "deleted");
      return known.deleted;
    }
    const before = report.messagesAdded;
    const messages = await this.#continueStored(known.row);
    const records = await this.#records.make(messages);
    let first = await this.#sessionWrites(known, importedTitle);
    let { row } = known;
    this.#id = row?.id as string | undefined;
    if (row === undefined && (!this.#records.blobs.isEmpty || records.length >= manyMessages)) {
      // Who holds a large value is named by the session's id, which is known once it is there; and by its id, stores
      // write an append of messages alone the quick way.
      await this.#commit(first, []);
      first = [];
      ({ row } = await findImportedSession(this.#where, draft));
      if (row === undefined) {
        fates.set(draft.externalKey, "deleted");
        return draft.externalKey;
      }
      this.#id = row.id as string;
    }
    for (let begin = 0; begin < Math.max(records.length, 1); begin += appendLimit) {
      await this.#commit(first, records.slice(begin, begin + appendLimit));
      first = [];
    }
    await this.#records.blobs.finish();
    if (report.messagesAdded > before && !fates.has(draft.externalKey)) fates.set(draft.externalKey, "grown");
    return undefined;
  }

  async #sessionWrites(
    { row, creation }: KnownSession,
    importedTitle: string | undefined,
  ): Promise<readonly Write[]> {
    if (row === undefined) return creation;
    // What a file says later says no longer where it began.
    const began =
      row.projectId === "" && row.workspacePath !== "" ? (row.workspacePath as string) : undefined;
    const project =
      this.#where.project ?? (began === undefined ? began : await this.#file.projectOf?.(began));
    const set = sessionUpdate(row, this.#group.draft, { importedTitle, project });
    if (set === undefined) return [];
    return updateSession(row.id as string, set, this.#file.throughline.store.now());
  }

  async #commit(first: readonly Write[], messages: readonly NewMessage[]): Promise<void> {
    if (first.length === 0 && messages.length === 0) return;
    const { throughline, report, fates } = this.#file;
    const writes: Write[] = [...first];
    const known = this.#id;
    const beside = known === undefined ? undefined : await this.#records.beside(known, messages, first);
    if (messages.length > 0) {
      const activity = Math.max(...messages.map(({ record }) => record.createdAt as number));
      const session =
        known === undefined ? uniqueKeyOf(this.#where, this.#group.draft.externalKey) : ([known] as const);
      writes.push({ type: "append", session, messages, exists: "keep", activity }, ...(beside?.writes ?? []));
    }
    const note = this.#noteSource(first);
    if (note !== undefined) writes.push(note.write);
    const { results } = await throughline.store.commit({
      tenant: throughline.tenant,
      writes,
      expect: beside?.expect ?? [],
    });
    if (note !== undefined) this.#noted.add(note.session);
    const isNew = writes[0]?.type === "insert" && results[0]?.outcome === "inserted";
    if (isNew) fates.set(this.#group.draft.externalKey, "created");
    const appended = results.find(({ outcome }) => outcome === "appended");
    if (appended?.outcome !== "appended") return;
    this.#id = appended.session;
    for (const { id, outcome } of appended.messages) {
      if (outcome === "inserted") report.messagesAdded += 1;
      else await this.#completeKept(appended.session, id);
    }
  }

  /** Erasing the session takes the file with it, if no other session comes from it. */
  #noteSource([creation]: readonly Write[]): { readonly session: string; readonly write: Write } | undefined {
    const isNew = creation?.type === "insert" && creation.kind === "sessions";
    const session = this.#id ?? (isNew ? (creation.record.id as string) : undefined);
    if (session === undefined || this.#noted.has(session)) return undefined;
    const { throughline, source } = this.#file;
    const cursor = cursorKey(this.#where, source.path);
    const { store } = throughline;
    return { session, write: noteSource(this.#sourceId, session, cursor, store.now()) };
  }

  /**
   * An import that died before it wrote its cursor reads again what it wrote, and an answer may have grown by then: a
   * message that was made from some of these bytes becomes the one that is made from all of them.
   */
  async #completeKept(session: string, id: string): Promise<void> {
    const { report } = this.#file;
    const message = this.#group.messages.get(id);
    const stored = await this.#storedMessage(session, id);
    const native = stored === undefined ? undefined : nativeRangesOf(stored);
    const isGrown =
      message !== undefined &&
      native?.source === this.#sourceId &&
      native.ranges.length < message.ranges.length &&
      isMadeFrom({ ...native, ranges: message.ranges }, this.#sourceId, native.ranges);
    if (stored === undefined || message === undefined || !isGrown) {
      report.messagesKept += 1;
      return;
    }
    await this.#replace(session, stored, message);
  }

  /** Adds further lines to answers that are stored; answers the messages that are not. */
  async #continueStored(session: Row | undefined): Promise<readonly ImportedMessage[]> {
    const messages = [...this.#group.messages.values()];
    if (session === undefined) return messages;
    const fresh: ImportedMessage[] = [];
    for (const message of messages) {
      const stored =
        message.continues === true ? await this.#storedMessage(session.id as string, message.id) : undefined;
      if (stored === undefined) fresh.push(message);
      else await this.#continueOne(session, stored, message);
    }
    return fresh;
  }

  async #storedMessage(session: string, id: string): Promise<Row | undefined> {
    const { store, tenant } = this.#file.throughline;
    const key = { unique: "id", values: [session, id] };
    const { answers } = await store.read({
      tenant,
      requests: [{ type: "get", kind: "messages", keys: [key], select: "all" }],
    });
    const row = answers[0][0];
    return row === undefined ? undefined : (await fetchStagedFields(this.#context, [row]))[0];
  }

  async #continueOne(session: Row, stored: Row, further: ImportedMessage): Promise<void> {
    const { content, model, usage, metadata, role } = toMessage(stored);
    const native = nativeRangesOf(stored);
    if (native === undefined || isMadeFrom(native, this.#sourceId, further.ranges)) {
      this.#file.report.messagesKept += 1;
      return;
    }
    const before: ImportedMessage = {
      type: "message",
      session: further.session,
      id: further.id,
      role,
      content,
      ranges: native.ranges,
      metadata,
      ...(model === null ? undefined : { model }),
      ...(usage === null ? undefined : { usage }),
    };
    await this.#replace(session.id as string, stored, continueMessage(before, further));
  }

  /** Puts a message in the place of the one that is stored: only of that one. */
  async #replace(session: string, stored: Row, message: ImportedMessage): Promise<void> {
    const { throughline, report } = this.#file;
    const createdAt = stored.createdAt as number;
    const [record] = await this.#records.make([{ ...message, createdAt }]);
    if (record === undefined) return;
    const beside = await this.#records.beside(session, [record], []);
    await throughline.store.commit({
      tenant: throughline.tenant,
      expect: [
        ...beside.expect,
        {
          type: "equals",
          kind: "messages",
          key: [session, stored.seq as number],
          fields: { revision: stored.revision },
        },
      ],
      writes: [
        {
          type: "append",
          session: [session],
          messages: [record],
          exists: "replace",
          activity: message.createdAt ?? createdAt,
        },
        ...beside.writes,
      ],
    });
    report.messagesContinued += 1;
  }
}

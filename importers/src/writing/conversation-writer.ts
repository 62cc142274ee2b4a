/**
 * Writes one conversation of an export: its new messages with their branches, what changed in others, its bytes, and where
 * it stands. Mostly that is one batch; a long conversation takes several, and one that was cut short is written again.
 */
import type { CommitResult, Expectation, ServiceContext, SourcePart, Write } from "@throughline/core";
import { isThroughlineError, newId } from "@throughline/core";
import {
  type AppendGroup,
  type Conversation,
  type Plan,
  type Target,
  batchBytes,
  batchRecords,
  headAfter,
  isSmall,
  makeAppends,
  shownPosition,
  smallBytes,
} from "./conversation-plan.ts";
import type { FileImport } from "./import-file.ts";
import {
  type KnownSession,
  type Where,
  findImportedSession,
  sessionUpdate,
  updateSession,
} from "./import-session.ts";
import { ImportedRecords } from "./imported-records.ts";
import type { NativeRanges } from "./message-input.ts";
import {
  type PartNote,
  expectNote,
  isSamePart,
  isWritten,
  notDeleted,
  partChunks,
  readPartNotes,
  removePart,
  writePartNote,
} from "./part-note.ts";
import {
  type StoredMessage,
  type StoredMessages,
  compareStored,
  isImported,
  noneStored,
} from "./stored-messages.ts";

/** A batch has 16 expectations: one for each, and what large values need. */
const replacedTogether = 12;
/** Attempts when others write to the same session. */
const attempts = 10;

export class ConversationWriter {
  readonly #file: FileImport;
  readonly #sourceId: string;
  /** With the project of the conversation, once that is known. */
  #where: Where;
  readonly #context: ServiceContext;
  readonly #records: ImportedRecords;

  constructor(file: FileImport, sourceId: string) {
    const { throughline, importer, user } = file;
    const { store, tenant } = throughline;
    this.#file = file;
    this.#sourceId = sourceId;
    this.#where = { throughline, tool: importer.tool, user };
    this.#context = { store, tenant, generateId: newId };
    this.#records = new ImportedRecords(file, sourceId);
  }

  /** All that was written holds its large values by itself. */
  async finish(): Promise<void> {
    await this.#records.blobs.finish();
  }

  /** Answers the external key of a session that was deleted here, and so is left out. */
  async write(conversation: Conversation): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#write(conversation);
      } catch (error) {
        const isOvertaken =
          isThroughlineError(error) && (error.reason === "expectation" || error.reason === "position");
        if (!isOvertaken || attempt === attempts) throw error;
      }
    }
  }

  async #write(conversation: Conversation): Promise<string | undefined> {
    const { externalKey } = conversation.part;
    const project = await this.#file.projectOf?.(conversation.session.workspacePath);
    if (project !== undefined) this.#where = { ...this.#where, project };
    const known = await findImportedSession(this.#where, conversation.session);
    if (known.deleted !== undefined) {
      this.#file.fates.set(externalKey, "deleted");
      return known.deleted;
    }
    const target = await this.#targetOf(conversation, known);
    if (target === undefined) return undefined;
    const found =
      target.row === undefined
        ? noneStored(conversation.messages)
        : await compareStored(this.#context, target.session, conversation.messages);
    const plan = await this.#planOf(target, found);
    if (target.row === undefined && plan.appends.length === 0) return undefined;
    const added = isSmall(target, plan)
      ? await this.#writeAtOnce(target, plan)
      : await this.#writeInSteps(target, plan);
    this.#count(target, found, added);
    return undefined;
  }

  /** Undefined where the session is here in a newer version, or just so. */
  async #targetOf(conversation: Conversation, { row, creation }: KnownSession): Promise<Target | undefined> {
    if (row === undefined) {
      const made = creation.find((write) => write.type === "insert" && write.kind === "sessions");
      const session = made?.type === "insert" ? (made.record.id as string) : "";
      return { conversation, session, row, creation, stored: undefined };
    }
    const session = row.id as string;
    const [stored] = await readPartNotes(this.#where, [session]);
    const { sha256, updatedAt } = conversation.part;
    const note = stored?.note;
    const isOlder =
      note !== undefined &&
      note.sha256 !== "" &&
      note.updatedAt !== undefined &&
      updatedAt !== undefined &&
      updatedAt < note.updatedAt;
    if (isOlder || isWritten(note, sha256)) {
      this.#file.report.sessionsUnchanged += 1;
      return undefined;
    }
    return { conversation, session, row, creation: [], stored };
  }

  async #planOf(target: Target, found: StoredMessages): Promise<Plan> {
    const { conversation, session, row, stored } = target;
    const seqs = new Map(found.seqs);
    const part = this.#partOf(conversation);
    const older = stored === undefined ? [] : [stored.note.part, ...stored.note.others];
    const left = older.filter((other) => !isSamePart(other, part));
    const head = (row?.headSeq as number | undefined) ?? 0;
    return {
      appends: await makeAppends(this.#records, conversation, found.fresh, found.seqs),
      chunks: partChunks(part, conversation.part, found.deleted),
      natives: found.same.map((message) => this.#nativeWrite(session, message)),
      changed: found.changed,
      removals: left.flatMap(removePart),
      older: left,
      seqs,
      isHeadOurs:
        typeof stored?.note.head === "number"
          ? stored.note.head === head
          : await isImported(this.#context, session, head),
    };
  }

  #partOf({ part }: Conversation): SourcePart {
    return { source: this.#sourceId, offset: part.offset, length: part.bytes.length };
  }

  /** A message that is in a newer file as it was is kept by that file's bytes from now on. */
  #nativeWrite(session: string, { seq, message }: StoredMessage): Write {
    const { tool: format } = this.#file.importer;
    const native: NativeRanges = { format, source: this.#sourceId, ranges: message.ranges };
    return { type: "update", kind: "messages", key: [session, seq], set: { native: JSON.stringify(native) } };
  }

  /** Everything in one batch, which nobody comes between. */
  async #writeAtOnce(target: Target, plan: Plan): Promise<number> {
    const { session, row, creation, stored } = target;
    const messages = plan.appends.flatMap((group) => group.messages);
    const headBefore = (row?.headSeq as number | undefined) ?? 0;
    const head = headAfter(headBefore, ((row?.lastSeq as number | undefined) ?? 0) + 1, messages, plan.seqs);
    const wanted = this.#wantedHead(target, plan);
    // A session can't be inserted and updated in one batch.
    const isLater = row === undefined && head !== wanted;
    const result = await this.#commit(
      [
        ...creation,
        ...(messages.length === 0 ? [] : [this.#append(target, messages)]),
        ...this.#sessionUpdate(target, head === wanted ? undefined : wanted),
        this.#note(target, isLater ? { head: null } : { head: this.#notedHead(target, plan) }),
        ...plan.chunks,
        ...plan.natives,
        ...plan.removals,
      ],
      [this.#expectSession(target), expectNote(session, stored?.revision)],
    );
    if (isLater) await this.#moveHead(target, plan, head, []);
    return addedIn(result);
  }

  /** Step by step: until the last, the note says that an import is under way, and where bytes may be. */
  async #writeInSteps(target: Target, plan: Plan): Promise<number> {
    const { conversation, creation, session, row, stored } = target;
    const part = this.#partOf(conversation);
    const before = stored?.note ?? { part, others: [], head: null, sha256: "" };
    const others = [...before.others, part].filter(
      (one, index, all) =>
        !isSamePart(one, before.part) && all.findIndex((other) => isSamePart(one, other)) === index,
    );
    // The head will move with what is appended: whoever finds this note asks whose message it is at.
    const underWay: PartNote = { ...before, others, sha256: "", head: plan.isHeadOurs ? null : before.head };
    const now = this.#context.store.now();
    await this.#commit(
      [...creation, ...this.#sessionUpdate(target, undefined), writePartNote(session, underWay, now)],
      [this.#expectSession(target), expectNote(session, stored?.revision)],
    );
    await this.#commitAll(plan.chunks, 64 * 1024);
    let added = 0;
    let head = (row?.headSeq as number | undefined) ?? 0;
    for (const { messages } of plan.appends) {
      const result = await this.#commit([this.#append(target, messages)], []);
      const [appended] = result.results;
      added += addedIn(result);
      // Each alone: what others write may stand between them.
      for (const [index, { seq }] of (appended?.outcome === "appended" ? appended.messages : []).entries()) {
        head = headAfter(head, seq, messages.slice(index, index + 1), plan.seqs);
      }
    }
    await this.#commitAll(plan.natives, smallBytes);
    await this.#replace(target, plan.changed);
    await this.#moveHead(target, plan, head, plan.older);
    if (plan.removals.length > 0) {
      await this.#commitAll(plan.removals, smallBytes);
      const note = this.#note(target, { head: this.#notedHead(target, plan) });
      await this.#commit([note], [notDeleted(session)]);
    }
    return added;
  }

  /** The last step: the head where the tool has it, unless somebody moved it, and the note that all is written. */
  async #moveHead(target: Target, plan: Plan, head: number, others: readonly SourcePart[]): Promise<void> {
    const { session } = target;
    const wanted = this.#wantedHead(target, plan);
    const note = this.#note(target, { head: this.#notedHead(target, plan), others });
    const key = [session];
    try {
      await this.#commit(
        head === wanted
          ? [note]
          : [{ type: "update", kind: "sessions", key, set: { headSeq: wanted } }, note],
        [{ type: "equals", kind: "sessions", key, fields: { headSeq: head, hiddenAt: 0 } }],
      );
    } catch (error) {
      // Somebody went on here meanwhile: theirs it is.
      if (!isThroughlineError(error) || error.reason !== "expectation") throw error;
      await this.#commit([note], [notDeleted(session)]);
    }
  }

  #wantedHead({ conversation, row }: Target, { isHeadOurs, seqs }: Plan): number {
    return isHeadOurs ? shownPosition(conversation, seqs) : ((row?.headSeq as number | undefined) ?? 0);
  }

  /** Where somebody moved the head, it is an import's again once it is back where the last import put it. */
  #notedHead({ conversation, stored }: Target, { isHeadOurs, seqs }: Plan): number {
    return (isHeadOurs ? undefined : stored?.note.head) ?? shownPosition(conversation, seqs);
  }

  #append({ conversation, session }: Target, messages: AppendGroup["messages"]): Write {
    const times = messages.map(({ record }) => record.createdAt as number);
    const activity = Math.max(...times, conversation.part.updatedAt ?? 0);
    return { type: "append", session: [session], messages, exists: "keep", activity };
  }

  #sessionUpdate(
    { conversation, session, row, stored }: Target,
    headSeq: number | undefined,
  ): readonly Write[] {
    if (row === undefined) return [];
    const { project } = this.#where;
    const set = {
      ...sessionUpdate(row, conversation.session, { importedTitle: stored?.note.title, project }),
      ...(headSeq === undefined ? undefined : { headSeq }),
    };
    if (Object.keys(set).length === 0) return [];
    return updateSession(session, set, this.#context.store.now());
  }

  #note(
    { conversation, session }: Target,
    { head, others = [] }: Pick<PartNote, "head"> & Partial<PartNote>,
  ): Write {
    const { sha256, updatedAt } = conversation.part;
    const { title } = conversation.session;
    const note: PartNote = {
      part: this.#partOf(conversation),
      others,
      sha256: head === null ? "" : sha256,
      ...(updatedAt === undefined ? undefined : { updatedAt }),
      head,
      ...(title === undefined ? undefined : { title }),
    };
    return writePartNote(session, note, this.#context.store.now());
  }

  #expectSession({ conversation, session, row }: Target): Expectation {
    const { tool, user } = this.#where;
    const values = [user, tool, conversation.part.externalKey];
    return row === undefined
      ? { type: "absent", kind: "sessions", key: { unique: "external", values } }
      : { type: "equals", kind: "sessions", key: [session], fields: { revision: row.revision } };
  }

  /** What the tool changed in messages takes their place. If somebody changed one here meanwhile, all is read again. */
  async #replace({ conversation, session }: Target, changed: readonly StoredMessage[]): Promise<void> {
    for (let begin = 0; begin < changed.length; begin += replacedTogether) {
      const some = changed.slice(begin, begin + replacedTogether);
      const messages = await this.#records.make(some.map(({ message }) => message));
      if (messages.length === 0) continue;
      await this.#commit(
        [
          {
            type: "append",
            session: [session],
            messages,
            exists: "replace",
            activity: conversation.part.updatedAt ?? 0,
          },
        ],
        some.map(({ seq, revision }): Expectation => {
          const fields = { revision };
          return { type: "equals", kind: "messages", key: [session, seq], fields };
        }),
      );
      this.#file.report.messagesContinued += messages.length;
    }
  }

  async #commitAll(writes: readonly Write[], bytes: number): Promise<void> {
    const together = Math.min(batchRecords, Math.floor(batchBytes / bytes));
    for (let begin = 0; begin < writes.length; begin += together) {
      await this.#commit(writes.slice(begin, begin + together), []);
    }
  }

  async #commit(writes: readonly Write[], expect: readonly Expectation[]): Promise<CommitResult> {
    const { store, tenant } = this.#context;
    const append = writes.find(({ type }) => type === "append");
    if (append?.type !== "append") return store.commit({ tenant, writes, expect });
    const [session] = append.session as readonly string[];
    const others = writes.filter((write) => write !== append);
    const beside = await this.#records.beside(session ?? "", append.messages, others);
    return store.commit({
      tenant,
      writes: [...writes, ...beside.writes],
      expect: [...expect, ...beside.expect],
    });
  }

  #count({ conversation, row }: Target, found: StoredMessages, added: number): void {
    const { report, fates } = this.#file;
    const { externalKey } = conversation.part;
    report.messagesAdded += added;
    report.messagesKept += found.same.length + found.replaced;
    report.bytes += conversation.part.bytes.length;
    if (row === undefined) fates.set(externalKey, "created");
    else if (added > 0 && !fates.has(externalKey)) fates.set(externalKey, "grown");
  }
}

function addedIn({ results }: CommitResult): number {
  const appended = results.find(({ outcome }) => outcome === "appended");
  if (appended?.outcome !== "appended") return 0;
  return appended.messages.filter(({ outcome }) => outcome === "inserted").length;
}

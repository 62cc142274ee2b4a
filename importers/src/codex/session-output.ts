import type { ByteRange, ImportedMessage, ImportedSession } from "../importer.ts";
import { readLabel } from "../json-object.ts";
import type { CodexRecord } from "./codex-record.ts";
import { isOwnTurn } from "./copied-history.ts";
import { memoLimits } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { beginDraft, learnFromMeta, learnModel, learnWorkspace, sessionEvent } from "./session-draft.ts";
import type { SessionDraft } from "./session-draft.ts";
import type { Speaker } from "./twins.ts";

export type ReaderEvent = ImportedMessage | ImportedSession;

/** A message without what is the same for all of its session. */
export type SessionMessage = Omit<ImportedMessage, "type" | "session">;

/** The session of a file: what is learnt of it, and the events that tell of it. */
export class SessionOutput {
  readonly memo: Memo;
  readonly #path: string;
  #events: ReaderEvent[] = [];

  constructor(memo: Memo, path: string) {
    this.memo = memo;
    this.#path = path;
  }

  get draft(): SessionDraft {
    this.memo.draft ??= beginDraft(undefined, this.#path);
    return this.memo.draft;
  }

  /** The events since the last time. */
  handOver(): readonly ReaderEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  give(message: SessionMessage): void {
    const { draft } = this;
    if (!draft.isGiven) this.#giveDraft();
    this.#events.push({ type: "message", session: draft.key, ...message });
  }

  /** Adds bytes to a message that was given. */
  addRange(id: string, role: Speaker, range: ByteRange): void {
    this.give({ id, role, content: [], ranges: [range], continues: true });
  }

  /** Tells what was learnt since the session was given; nothing for one that never was. */
  giveChanges(): void {
    if (this.memo.draft?.isGiven === true && this.memo.draft.isChanged) this.#giveDraft();
  }

  #giveDraft(): void {
    this.draft.isGiven = true;
    this.draft.isChanged = false;
    this.#events.push(sessionEvent(this.draft));
  }

  /** The first is the session's own. Another one's is its parent's, and what follows a copy. */
  takeMeta(record: CodexRecord): void {
    const { memo } = this;
    const { payload } = record;
    const id = readLabel(payload["id"]);
    if (memo.draft === undefined) {
      memo.draft = beginDraft(record, this.#path);
      const ordinal = payload["subagent_history_start_ordinal"];
      if (Number.isSafeInteger(ordinal) && Number(ordinal) >= 0) memo.firstOwnOrdinal = Number(ordinal);
    } else if (id !== memo.draft.key) {
      if (id !== undefined && !memo.hasOwnTurn) memo.copiedFrom ??= id;
      return;
    }
    learnFromMeta(memo.draft, payload);
  }

  takeSettings(record: CodexRecord): void {
    const model = readLabel(record.payload["model"]);
    this.memo.model = model ?? this.memo.model;
    if (!this.isCopied(record)) learnModel(this.draft, model);
    learnWorkspace(this.draft, record.payload["cwd"]);
  }

  /** A copy ends where the session's own first turn begins. */
  beginTurn(record: CodexRecord): void {
    const { memo } = this;
    const isByTurns = memo.copiedFrom !== undefined && memo.firstOwnOrdinal === undefined;
    if (isByTurns && isOwnTurn(record, this.draft.since)) delete memo.copiedFrom;
    if (!this.isCopied(record)) memo.hasOwnTurn = true;
  }

  isCopied({ ordinal }: CodexRecord): boolean {
    const { copiedFrom, firstOwnOrdinal } = this.memo;
    return firstOwnOrdinal !== undefined && ordinal !== undefined
      ? ordinal < firstOwnOrdinal
      : copiedFrom !== undefined;
  }

  /** Time and metadata of a message that is made from a record. */
  about(
    record: CodexRecord,
    told: Readonly<Record<string, unknown>> = {},
  ): Pick<ImportedMessage, "createdAt" | "metadata"> {
    const { time, copiedFrom } = this.memo;
    const isCopied = this.isCopied(record);
    const metadata = {
      ...told,
      ...(isCopied && { copied_from: copiedFrom ?? this.draft.parent ?? "unknown" }),
    };
    return {
      ...(time !== undefined && { createdAt: time }),
      ...(Object.keys(metadata).length > 0 && { metadata }),
    };
  }

  /** Remembers what a message says, for its twin. */
  remember(keys: readonly string[], id: string, role: Speaker, record: CodexRecord): void {
    const { spoken } = this.memo;
    for (const key of new Set(keys)) {
      // What ends a turn is said again by an event, whoever said it first.
      const isEvent = record.kind === "event" && !key.startsWith("final:");
      spoken.push({ key, id, role, isEvent });
    }
    spoken.splice(0, spoken.length - memoLimits.spoken);
  }
}

import type { ImportedMessage, ImportedSession } from "../importer.ts";
import { readLabel } from "../json-object.ts";
import { addPiece, answerMessage, readAnswerPiece } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { readAttachmentTurn } from "./attachment-message.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { contentBlocks, isToolResult } from "./content-parts.ts";
import { memoLimits } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { forget, recall, remember } from "../recent-list.ts";
import { learnFromRecord, learnModel, learnTitle, sessionEvent } from "./session-draft.ts";
import type { SessionDraft } from "./session-draft.ts";
import { conversationTypes, sessionOfRecord } from "./session-of-record.ts";
import type { FilePlace } from "./session-of-record.ts";
import { readSystemMessage } from "./system-message.ts";
import { readTitle } from "../read-title.ts";
import { titleRanks } from "./title.ts";
import { readUserTurn } from "./user-messages.ts";
import type { UserTurn } from "./user-messages.ts";

type ReaderEvent = ImportedMessage | ImportedSession;

/** Takes records one by one, in file order, and gives what they amount to. */
export interface ClaudeCodeReader {
  take(record: ClaudeRecord): readonly ReaderEvent[];
  /** Gives what is still held back, so that all is said and only the memo is left. */
  settle(): readonly ReaderEvent[];
}

/** A reader that keeps what it has to remember in `memo`. */
export function claudeCodeReader(memo: Memo, place: FilePlace): ClaudeCodeReader {
  let open: Answer | undefined;
  let events: ReaderEvent[] = [];
  const toolNames = (id: string): string | undefined => recall(memo.calls, id);

  const give = (message: ImportedMessage): void => {
    const draft = memo.sessions.find(({ key }) => key === message.session);
    if (draft !== undefined && !draft.isGiven) giveDraft(draft);
    events.push(message);
  };
  const giveDraft = (draft: SessionDraft): void => {
    draft.isGiven = true;
    draft.isChanged = false;
    events.push(sessionEvent(draft));
  };
  const closeAnswer = (): void => {
    if (open !== undefined) give(answerMessage(open));
    open = undefined;
  };
  const handOver = (): readonly ReaderEvent[] => {
    const given = events;
    events = [];
    return given;
  };

  const takeAnswer = (record: ClaudeRecord, draft: SessionDraft): void => {
    const piece = readAnswerPiece(record, toolNames);
    learnModel(draft, piece.model);
    if (piece.parts.length === 0 && piece.usage === undefined) return;
    draft.hasSpoken = true;
    for (const part of piece.parts) {
      if (part.type === "tool-call") remember(memo.calls, [part.toolCallId, part.toolName], memoLimits.calls);
    }
    if (open?.id !== piece.id || open.session !== draft.key) {
      closeAnswer();
      const continues = memo.answers.some(([id, session]) => id === piece.id && session === draft.key);
      remember(memo.answers, [piece.id, draft.key], memoLimits.answers);
      open = { session: draft.key, id: piece.id, continues, parts: [], ranges: [], isApiError: false };
    }
    addPiece(open, piece, record);
  };

  const takeTurn = (turn: UserTurn | undefined, draft: SessionDraft): void => {
    if (turn === undefined || turn.messages.length === 0) return;
    closeAnswer();
    draft.hasSpoken = true;
    learnTitle(draft, titleRanks.prompt, turn.humanText);
    learnTitle(draft, titleRanks.command, turn.command);
    for (const message of turn.messages) give(message);
  };

  const takeSummary = (record: ClaudeRecord): void => {
    const leaf = readLabel(record.value["leafUuid"]);
    const title = readTitle(record.value["summary"]);
    if (leaf === undefined || title === undefined) return;
    const session = recall(memo.records, leaf);
    const draft = memo.sessions.find(({ key }) => key === session);
    if (draft === undefined) remember(memo.summaries, [leaf, title], memoLimits.summaries);
    else learnTitle(draft, titleRanks.summary, title);
  };

  const noteRecord = (record: ClaudeRecord, draft: SessionDraft): void => {
    learnFromRecord(draft, record);
    if (record.uuid === undefined) return;
    remember(memo.records, [record.uuid, draft.key], memoLimits.records);
    const title = recall(memo.summaries, record.uuid);
    if (title === undefined) return;
    learnTitle(draft, titleRanks.summary, title);
    forget(memo.summaries, record.uuid);
  };

  const take = (record: ClaudeRecord): void => {
    if (record.type === "summary") return takeSummary(record);
    // A record that names no session and says nothing tells nothing about one either.
    if (!conversationTypes.has(record.type) && record.sessionId === undefined) return;
    const draft = sessionOfRecord(memo, record, place);
    noteRecord(record, draft);
    switch (record.type) {
      case "assistant":
        return takeAnswer(record, draft);
      case "user":
        takeTurn(readUserTurn(record, draft.key, toolNames), draft);
        for (const block of contentBlocks(record.message["content"])) {
          if (isToolResult(block) && typeof block["tool_use_id"] === "string")
            forget(memo.calls, block["tool_use_id"]);
        }
        return;
      case "system": {
        const message = readSystemMessage(record, draft.key);
        if (message === undefined) return;
        closeAnswer();
        draft.hasSpoken = true;
        return give(message);
      }
      case "attachment":
        return takeTurn(readAttachmentTurn(record, draft.key), draft);
      case "custom-title":
        return learnTitle(draft, titleRanks.custom, record.value["customTitle"]);
      case "ai-title":
        return learnTitle(draft, titleRanks.generated, record.value["aiTitle"]);
    }
  };

  return {
    take(record) {
      take(record);
      return handOver();
    },
    settle() {
      closeAnswer();
      for (const draft of memo.sessions) if (draft.isGiven && draft.isChanged) giveDraft(draft);
      return handOver();
    },
  };
}

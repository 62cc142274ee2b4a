import type { Part } from "@throughline/core";
import { readText } from "../json-object.ts";
import { forget, recall, remember } from "../recent-list.ts";
import { Answers } from "./answers.ts";
import { recordId } from "./codex-record.ts";
import type { CodexRecord } from "./codex-record.ts";
import { readParts, textsOf } from "./content-parts.ts";
import { readEcho, readEventText } from "./event-text.ts";
import type { EventText } from "./event-text.ts";
import { memoLimits } from "./memo.ts";
import type { Memo } from "./memo.ts";
import { learnTitle, learnWorkspace, titleRanks } from "./session-draft.ts";
import { SessionOutput } from "./session-output.ts";
import type { ReaderEvent } from "./session-output.ts";
import { readCompaction, readInstructions, readMark } from "./system-message.ts";
import type { SystemText } from "./system-message.ts";
import { isCall, isOutput, readCall, readCallId, readOutput } from "./tool-parts.ts";
import { takePending, takeSpoken, twinKey } from "./twins.ts";
import { readAgentMessage, readUserTurn } from "./user-turn.ts";
import type { UserTurn } from "./user-turn.ts";

/** Takes records one by one, in file order, and gives what they amount to. */
export class CodexReader {
  readonly #memo: Memo;
  readonly #output: SessionOutput;
  readonly #answers: Answers;

  /**
   * @param memo what the reader has to remember; it is kept up to date
   * @param path names the session where the file does not
   */
  constructor(memo: Memo, path: string) {
    this.#memo = memo;
    this.#output = new SessionOutput(memo, path);
    this.#answers = new Answers(this.#output);
  }

  take(record: CodexRecord): readonly ReaderEvent[] {
    this.#memo.time = record.createdAt ?? this.#memo.time;
    this.#take(record);
    return this.#output.handOver();
  }

  /** Gives what is still held back, so that all is said and only the memo is left. */
  settle(): readonly ReaderEvent[] {
    this.#answers.settle();
    this.#output.giveChanges();
    return this.#output.handOver();
  }

  #take(record: CodexRecord): void {
    switch (record.kind) {
      case "meta":
        return this.#output.takeMeta(record);
      case "turn":
        this.#beginTurn(record);
        return this.#output.takeSettings(record);
      case "item":
        this.#memo.hasItems = true;
        return this.#takeItem(record);
      case "event":
        return this.#takeEvent(record);
      case "compacted":
        return this.#giveSystem(record, readCompaction(record));
      case "other":
    }
  }

  #beginTurn(record: CodexRecord): void {
    this.#answers.close();
    this.#output.beginTurn(record);
  }

  #takeItem(record: CodexRecord): void {
    const { type, payload } = record;
    if (type === "reasoning") this.#takeReasoning(record);
    else if (type === "agent_message") this.#giveTurn(record, readAgentMessage(record));
    else if (isCall(record)) this.#takeCall(record);
    else if (isOutput(record)) this.#takeOutput(record);
    else if (type !== "message") return;
    else if (payload["role"] === "assistant") this.#takeAnswer(record);
    else if (payload["role"] === "user") this.#giveTurn(record, readUserTurn(record));
    else this.#giveSystem(record, readInstructions(record));
  }

  #takeAnswer(record: CodexRecord): void {
    const parts = readParts(record.payload["content"]);
    const text = textsOf(parts).join("\n");
    const key = twinKey("answer", text);
    if (this.#wasSaid(record, [key])) return;
    this.#answers.add(record, parts, text === "" ? [] : [key, twinKey("final", text)]);
  }

  #takeReasoning(record: CodexRecord): void {
    const texts = [record.payload["summary"], record.payload["content"]].flatMap((content) =>
      textsOf(readParts(content)),
    );
    // An event shows one of the texts, or all of them.
    const keys = [...texts, texts.join("\n")].map((text) => twinKey("reasoning", text));
    if (this.#wasSaid(record, keys)) return;
    const parts = texts.map((text): Part => ({ type: "reasoning", text }));
    this.#answers.add(record, parts, keys);
  }

  #takeCall(record: CodexRecord): void {
    const { payload, type } = record;
    const call = readCall(record);
    const image = type === "image_generation_call" ? readText(payload["result"]) : undefined;
    const parts: Part[] = [call];
    if (image !== undefined) parts.push({ type: "file", mediaType: "image/png", data: image });
    if (readCallId(record) !== undefined) {
      remember(this.#memo.calls, [call.toolCallId, call.toolName], memoLimits.calls);
    }
    const action = twinKey("search", JSON.stringify(payload["action"] ?? null));
    const keys = [twinKey("call", call.toolCallId), action];
    this.#answers.add(record, parts, type === "web_search_call" || image !== undefined ? keys : []);
  }

  #takeOutput(record: CodexRecord): void {
    this.#answers.close();
    const { calls, pending } = this.#memo;
    const id = recordId(record);
    const result = readOutput(record, undefined);
    const tool = recall(calls, result.toolCallId);
    forget(calls, result.toolCallId);
    const keys = [twinKey("call", result.toolCallId)];
    const { ranges, failed } = takePending(pending, keys);
    const part: Part = {
      ...result,
      ...(tool !== undefined && { toolName: tool }),
      ...(failed && { isError: true }),
    };
    const about = this.#output.about(record);
    this.#output.give({ id, role: "tool", content: [part], ...about, ranges: [...ranges, record.range] });
    this.#output.remember(keys, id, "tool", record);
  }

  #giveTurn(record: CodexRecord, { voices, humanText, workingDirectory }: UserTurn): void {
    learnWorkspace(this.#output.draft, workingDirectory);
    this.#learnPrompt(record, humanText);
    for (const { id, parts, metadata, keys } of voices) {
      if (this.#wasSaid(record, keys)) continue;
      this.#answers.close();
      const { ranges } = takePending(this.#memo.pending, keys);
      const about = this.#output.about(record, metadata);
      this.#output.give({ id, role: "user", content: parts, ...about, ranges: [...ranges, record.range] });
      this.#output.remember(keys, id, "user", record);
    }
  }

  #learnPrompt(record: CodexRecord, text: string): void {
    const rank = this.#output.isCopied(record) ? titleRanks.copiedPrompt : titleRanks.prompt;
    learnTitle(this.#output.draft, rank, text);
  }

  #giveSystem(record: CodexRecord, text: SystemText | undefined): void {
    if (text === undefined || text.parts.length === 0) return;
    this.#answers.close();
    const about = this.#output.about(record, text.metadata);
    this.#output.give({
      id: recordId(record),
      role: "system",
      content: text.parts,
      ...about,
      ranges: [record.range],
    });
  }

  #takeEvent(record: CodexRecord): void {
    const { type, payload } = record;
    if (type === "token_count") return this.#answers.count(record);
    const said = readEventText(record);
    if (said !== undefined) return this.#takeSaid(record, said);
    const echo = readEcho(record);
    if (echo !== undefined) this.#takeTwin(record, echo.keys, echo.failed);
    if (type === "task_started" || type === "turn_started") this.#beginTurn(record);
    else if (type === "task_complete" || type === "turn_complete") this.#answers.close();
    else if (type === "thread_name_updated")
      learnTitle(this.#output.draft, titleRanks.name, payload["thread_name"]);
    else if (type !== "context_compacted") this.#giveSystem(record, readMark(record));
    else if (!this.#memo.hasItems) this.#giveSystem(record, readCompaction(record));
  }

  /** Where there are items, they say it; in a file of events alone, or before the first item, the event does. */
  #takeSaid(record: CodexRecord, { kind, text, parts }: EventText): void {
    const keys = [twinKey(kind, text)];
    if (this.#memo.hasItems) return this.#takeTwin(record, keys, false);
    if (kind !== "prompt") {
      const final = kind === "answer" ? [twinKey("final", text)] : [];
      return this.#answers.add(record, parts, [...keys, ...final]);
    }
    this.#giveTurn(record, {
      voices: [{ id: recordId(record), parts, metadata: {}, keys }],
      humanText: text,
    });
  }

  /** Adds an event's bytes to the message that says the same; one that was not said yet is waited for. */
  #takeTwin(record: CodexRecord, keys: readonly string[], failed: boolean): void {
    const { spoken, pending } = this.#memo;
    const twin = takeSpoken(spoken, keys, false);
    const [key] = keys;
    if (twin?.role === "assistant") this.#answers.addRange(twin.id, record.range);
    else if (twin !== undefined) this.#output.addRange(twin.id, twin.role, record.range);
    else if (key !== undefined) {
      const [offset, length] = record.range;
      pending.push({ key, offset, length, failed });
      pending.splice(0, pending.length - memoLimits.pending);
    }
  }

  /** Whether an event said before what an item says: then the item adds only its bytes. */
  #wasSaid(record: CodexRecord, keys: readonly string[]): boolean {
    if (record.kind !== "item") return false;
    const twin = takeSpoken(this.#memo.spoken, keys, true);
    if (twin?.role === "assistant") this.#answers.addRange(twin.id, record.range);
    else if (twin !== undefined) this.#output.addRange(twin.id, twin.role, record.range);
    return twin !== undefined;
  }
}

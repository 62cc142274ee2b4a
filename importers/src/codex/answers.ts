import type { Part } from "@throughline/core";
import type { ByteRange } from "../importer.ts";
import { recordId } from "./codex-record.ts";
import type { CodexRecord } from "./codex-record.ts";
import type { SessionMessage, SessionOutput } from "./session-output.ts";
import { addTotals, readTokenCount, toUsage } from "./token-usage.ts";
import type { TokenTotals } from "./token-usage.ts";
import { takePending } from "./twins.ts";

/** What of an answer was not given yet. */
interface OpenAnswer extends Omit<SessionMessage, "content" | "ranges" | "usage"> {
  readonly content: Part[];
  readonly ranges: ByteRange[];
}

/** Gathers answers: what the model said, thought and called between two inputs is one message. */
export class Answers {
  readonly #output: SessionOutput;
  #open: OpenAnswer | undefined;

  constructor(output: SessionOutput) {
    this.#output = output;
  }

  /** @param keys of what the parts say, for the events or items that say it again */
  add(record: CodexRecord, parts: readonly Part[], keys: readonly string[]): void {
    if (parts.length === 0) return;
    const { memo } = this.#output;
    if (memo.answer?.isOpen !== true) {
      memo.answer = { id: recordId(record), isOpen: true, isGiven: false };
      if (memo.owed !== undefined) memo.answer.used = memo.owed;
      delete memo.owed;
    }
    const { id, isGiven } = memo.answer;
    this.#open ??= {
      id,
      role: "assistant",
      content: [],
      ...this.#output.about(record),
      ...(memo.model !== undefined && { model: memo.model }),
      ranges: [],
      ...(isGiven && { continues: true }),
    };
    this.#open.content.push(...parts);
    this.#open.ranges.push(...takePending(memo.pending, keys).ranges, record.range);
    this.#output.remember(keys, id, "assistant", record);
  }

  /** Adds the bytes of what says the same again. */
  addRange(id: string, range: ByteRange): void {
    if (this.#open?.id === id) this.#open.ranges.push(range);
    else this.#output.addRange(id, "assistant", range);
  }

  /** Gives what the model used since the last count to the answer that used it. */
  count(record: CodexRecord): void {
    const { memo } = this.#output;
    const { totals, used } = readTokenCount(record.payload, memo.totals);
    memo.totals = totals ?? memo.totals;
    if (used === undefined || this.#output.isCopied(record)) return;
    if (memo.answer === undefined) {
      memo.owed = addTotals(memo.owed, used);
      return;
    }
    memo.answer.used = addTotals(memo.answer.used, used);
    if (this.#open === undefined) this.#giveUse(memo.answer.id, memo.answer.used, record.range);
    else this.#open.ranges.push(record.range);
    this.close();
  }

  #giveUse(id: string, used: TokenTotals, range: ByteRange): void {
    const usage = toUsage(used);
    this.#output.give({ id, role: "assistant", content: [], usage, ranges: [range], continues: true });
  }

  /** Gives what there is of the answer; it may go on. */
  settle(): void {
    const { answer } = this.#output.memo;
    if (this.#open === undefined || answer === undefined) return;
    this.#output.give({ ...this.#open, ...(answer.used !== undefined && { usage: toUsage(answer.used) }) });
    answer.isGiven = true;
    this.#open = undefined;
  }

  /** The answer is over. */
  close(): void {
    this.settle();
    if (this.#output.memo.answer !== undefined) this.#output.memo.answer.isOpen = false;
  }
}

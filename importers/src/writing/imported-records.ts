/** Imported messages as an append takes them. */
import type { BesideAppend, NewMessage, ServiceContext, Write } from "@throughline/core";
import { StagedBlobs, blobsOfMessage, isThroughlineError, newId, newMessageRecords } from "@throughline/core";
import type { ImportedMessage } from "../importer.ts";
import type { FileImport } from "./import-file.ts";
import { addProblem } from "./import-report.ts";
import { type NativeRanges, toMessageInput } from "./message-input.ts";

/** Messages of one append: with what else its batch holds, under the contract's limit of records. */
export const appendLimit = 500;

export class ImportedRecords {
  readonly #file: FileImport;
  readonly #sourceId: string;
  readonly #context: ServiceContext;
  /** What is large of them, kept until `finish`. */
  readonly blobs: StagedBlobs;

  constructor(file: FileImport, sourceId: string) {
    const { store, tenant } = file.throughline;
    this.#file = file;
    this.#sourceId = sourceId;
    this.#context = { store, tenant, generateId: newId };
    this.blobs = new StagedBlobs(this.#context);
  }

  /** What a batch has to hold beside an append of these to a session, by its id, where its other writes are these. */
  async beside(
    session: string,
    messages: readonly NewMessage[],
    others: readonly Write[],
  ): Promise<BesideAppend> {
    const makesSession = others.some(
      ({ type, ...write }) => type === "insert" && "kind" in write && write.kind === "sessions",
    );
    return this.blobs.besideAppend(session, messages, { otherRecords: others.length, makesSession });
  }

  /** One that can't be stored is told, and the rest is kept. */
  async make(messages: readonly ImportedMessage[]): Promise<readonly NewMessage[]> {
    const records: NewMessage[] = [];
    for (let begin = 0; begin < messages.length; begin += appendLimit) {
      const some = messages.slice(begin, begin + appendLimit);
      try {
        records.push(...(await this.#checked(some)));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        for (const message of some) records.push(...(await this.#checkedAlone(message)));
      }
    }
    return records;
  }

  async #checkedAlone(message: ImportedMessage): Promise<readonly NewMessage[]> {
    try {
      return await this.#checked([message]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { report, source } = this.#file;
      const text = `the message ${message.id} can't be stored: ${error.message}`;
      addProblem(report, { path: source.path, line: 0, message: text });
      return [];
    }
  }

  async #checked(messages: readonly ImportedMessage[]): Promise<readonly NewMessage[]> {
    const { messages: records } = await newMessageRecords(
      this.#context,
      messages.map(toMessageInput),
      this.blobs,
    );
    return records.map(({ record, ...rest }, index) => {
      const native: NativeRanges = {
        format: this.#file.importer.tool,
        source: this.#sourceId,
        ranges: messages[index]?.ranges ?? [],
      };
      return { ...rest, record: { ...record, native: JSON.stringify(native) } };
    });
  }
}

/** Large values that these name. */
export function countBlobs(messages: readonly NewMessage[]): number {
  return messages.reduce((count, { record }) => count + blobsOfMessage(record).length, 0);
}

function isRefusal(error: unknown): error is Error {
  return isThroughlineError(error) && (error.code === "invalid" || error.code === "too_large");
}

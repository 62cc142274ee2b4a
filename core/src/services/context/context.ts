/** What happened in a session beside its messages: files, searches, decisions, memories, and what is open where. */
import * as v from "valibot";
import {
  type ContextFilesInput,
  type ContextInput,
  type ContextReadInput,
  contextFilesInput,
  contextInput,
  contextReadInput,
} from "../../schemas/context-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { label } from "../../schemas/text.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { packContext } from "./pack-context.ts";
import { listFileAccesses, readContext } from "./read-context.ts";
import { PACK_ABOVE_BYTES, recordContext } from "./record-context.ts";
import type { FileAccess, SessionContext } from "./session-context.ts";

export interface RecordOptions extends CallSettings {
  /** Makes a retry safe: the same again records once. Kept for 7 days. */
  readonly operationId?: string;
}

export interface RecordResult {
  /** True when all of it had been recorded before. */
  readonly replayed: boolean;
}

const recordOptions = v.strictObject({ operationId: v.optional(label) });
const filesPage = 50;

const bytes = v.pipe(
  v.number("must be a number"),
  v.safeInteger("must be an integer"),
  v.minValue(0, "must not be negative"),
);
/** What the options of the services say of packing. */
export const packingOptions = v.object({ packContextAbove: v.optional(v.nullable(bytes)) });
const packInput = v.strictObject({ aboveBytes: v.optional(bytes) });

export class Context {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Records several kinds at once: all of it or nothing, durable when it resolves. The session's last activity is now,
   * also where nothing is given; one that expired is active again. Each file counts as an access of its resource, in the
   * session's project.
   *
   * One request has room for 1,000 records and 4 MiB: the session has two, a path up to two, every access and every other
   * entry one.
   *
   * @throws ThroughlineError `not_found`; `invalid`, with the field; `too_large` with reason `context`; `conflict` with
   *   reason `operation_reused`
   */
  async record(sessionId: string, input: ContextInput, options: RecordOptions = {}): Promise<RecordResult> {
    const { signal, ...given } = options;
    const { operationId } = parseInput(recordOptions, given, "context");
    const checked = parseInput(contextInput, input, "context");
    const settings = signal === undefined ? {} : { signal };
    const result = await recordContext(this.#context, sessionId, checked, operationId, settings);
    return { replayed: result.replayed };
  }

  /**
   * Packs the oldest entries of a context now, where more than so many bytes of it are loose: what otherwise happens in
   * the background. Reading shows no difference. Answers how many segments were made.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async pack(
    sessionId: string,
    { signal, ...given }: { readonly aboveBytes?: number } & CallSettings = {},
  ): Promise<number> {
    const { aboveBytes = this.#context.packContextAbove ?? PACK_ABOVE_BYTES } = parseInput(
      packInput,
      given,
      "packing",
    );
    return packContext(this.#context, sessionId, aboveBytes, signal === undefined ? {} : { signal });
  }

  /** Records that a file was looked at, with a score from 0 to 1 if one is given. */
  async appendFileAccess(
    sessionId: string,
    filePath: string,
    importance?: number,
    options: RecordOptions = {},
  ): Promise<RecordResult> {
    const file = { path: filePath, ...(importance === undefined ? undefined : { importance }) };
    return this.record(sessionId, { files: [file] }, options);
  }

  /** Records what was searched for. */
  async appendSearch(sessionId: string, query: string, options: RecordOptions = {}): Promise<RecordResult> {
    return this.record(sessionId, { searches: [query] }, options);
  }

  /** Records what was decided. */
  async appendDecision(
    sessionId: string,
    decision: string,
    options: RecordOptions = {},
  ): Promise<RecordResult> {
    return this.record(sessionId, { decisions: [decision] }, options);
  }

  /** Records that a memory was used or made. */
  async appendMemoryReference(
    sessionId: string,
    memoryId: string,
    memoryKey: string,
    options: RecordOptions = {},
  ): Promise<RecordResult> {
    return this.record(sessionId, { memories: [{ id: memoryId, key: memoryKey }] }, options);
  }

  /**
   * The context of a session: the newest 1,000 entries of each kind, or with `full` all of them.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async get(sessionId: string, options: ContextReadInput & CallSettings = {}): Promise<SessionContext> {
    const { signal, ...given } = options;
    const { full = false } = parseInput(contextReadInput, given, "context");
    return readContext(this.#context, sessionId, full, signal === undefined ? {} : { signal });
  }

  /**
   * Accesses of files, oldest first. One that is there during the whole walk over the pages appears exactly once.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async files(sessionId: string, options: ContextFilesInput & CallSettings = {}): Promise<Page<FileAccess>> {
    const { signal, ...given } = options;
    const { limit = filesPage, cursor } = parseInput(contextFilesInput, given, "files");
    const settings = signal === undefined ? {} : { signal };
    return listFileAccesses(this.#context, sessionId, { limit, cursor }, settings);
  }
}

/** Records of files that were uploaded to a model's provider. */
import * as v from "valibot";
import type { Write } from "../contract/batch.ts";
import { ThroughlineError } from "../error.ts";
import type { KeyValues, Row, RowOf } from "../model/kind.ts";
import type { uploadedFiles } from "../model/uploaded-files.ts";
import { type FileInput, fileInput } from "../schemas/file-input.ts";
import { readMetadata, writeMetadata } from "../schemas/json-value.ts";
import { pageSize } from "../schemas/page-size.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { dateOf } from "../schemas/time.ts";
import { listPage } from "./list-page.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings, Page } from "./sessions.ts";

export interface UploadedFile {
  readonly id: string;
  /** What the provider calls it. */
  readonly providerName: string;
  readonly providerUri: string;
  readonly displayName: string;
  /** Bytes. */
  readonly size: number;
  readonly mimeType: string;
  readonly uploadedAt: Date;
  /** When the provider drops it; null: never. */
  readonly expiresAt: Date | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const listOptions = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});

export type FileListOptions = v.InferInput<typeof listOptions>;

const list = "files";
const defaultLimit = 50;
const removedAtOnce = 500;

export class Files {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Keeps a record; one with the same id is replaced. @throws ThroughlineError `invalid` */
  async save(input: FileInput, settings: CallSettings = {}): Promise<UploadedFile> {
    const { store, tenant, generateId } = this.#context;
    const {
      id = generateId(),
      uploadedAt,
      expiresAt,
      metadata,
      ...given
    } = parseInput(fileInput, input, "file");
    const record = {
      ...given,
      fileId: id,
      uploadedAt: uploadedAt?.getTime() ?? store.now(),
      expiresAt: expiresAt?.getTime() ?? 0,
      metadata: writeMetadata(metadata),
      hash: "",
    };
    const write: Write = { type: "insert", kind: "uploaded_files", record, exists: "replace" };
    await store.commit({ tenant, writes: [write] }, settings);
    return toFile({ ...record, revision: 1 });
  }

  /** A record by its id, also one that has expired. @throws ThroughlineError `not_found` */
  async get(id: string, settings: CallSettings = {}): Promise<UploadedFile> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "uploaded_files", keys: [[id]] }] },
      settings,
    );
    const row = answers[0][0];
    if (row !== undefined) return toFile(row);
    throw new ThroughlineError("not_found", `There is no file ${id}.`, {
      reason: "file",
      details: { file: id },
    });
  }

  /** Records, newest upload first, expired ones with them. */
  async list(options: FileListOptions = {}, settings: CallSettings = {}): Promise<Page<UploadedFile>> {
    const { limit = defaultLimit, cursor } = parseInput(listOptions, options, "files");
    const query = { kind: "uploaded_files", shape: "uploaded", prefix: [], direction: "backward" } as const;
    return listPage(this.#context, { list, query, limit, cursor, toItem: toFile }, settings);
  }

  /** Forgets a record. @throws ThroughlineError `not_found` */
  async delete(id: string, settings: CallSettings = {}): Promise<void> {
    await this.get(id, settings);
    const { store, tenant } = this.#context;
    await store.commit({ tenant, writes: [{ type: "remove", kind: "uploaded_files", key: [id] }] }, settings);
  }

  /** Forgets what has expired; answers how many. One that was given another end meanwhile stays. */
  async deleteExpired(settings: CallSettings = {}): Promise<number> {
    let deleted = 0;
    let after: KeyValues | undefined;
    do {
      const { rows, next } = await this.#expired(after, settings);
      const counts = await Promise.all(rows.map((row) => this.#deleteAsSeen(row, settings)));
      deleted += counts.reduce((sum, count) => sum + count, 0);
      after = next;
    } while (after !== undefined);
    return deleted;
  }

  async #expired(after: KeyValues | undefined, settings: CallSettings) {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          {
            type: "query",
            kind: "uploaded_files",
            shape: "expiry",
            prefix: [],
            range: { above: 0, to: store.now() },
            direction: "forward",
            limit: removedAtOnce,
            ...(after === undefined ? undefined : { after }),
          },
        ],
      },
      settings,
    );
    return answers[0];
  }

  async #deleteAsSeen({ fileId, revision }: Row, settings: CallSettings): Promise<number> {
    const { store, tenant } = this.#context;
    const key = [fileId as string];
    try {
      await store.commit(
        {
          tenant,
          expect: [{ type: "equals", kind: "uploaded_files", key, fields: { revision } }],
          writes: [{ type: "remove", kind: "uploaded_files", key }],
        },
        settings,
      );
      return 1;
    } catch (error) {
      if (error instanceof ThroughlineError && error.reason === "expectation") return 0;
      throw error;
    }
  }
}

function toFile(row: Row): UploadedFile {
  const record = row as RowOf<typeof uploadedFiles>;
  return {
    id: record.fileId,
    providerName: record.providerName,
    providerUri: record.providerUri,
    displayName: record.displayName,
    size: record.size,
    mimeType: record.mimeType,
    uploadedAt: new Date(record.uploadedAt),
    expiresAt: dateOf(record.expiresAt),
    metadata: readMetadata(record.metadata),
  };
}

/** Records of files that were uploaded to a model's provider, and their bytes where they are kept. */
import type { CommitResult, Expectation, Write } from "../../contract/batch.ts";
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row, StoredRecord } from "../../model/kind.ts";
import type { Content } from "../../schemas/content-input.ts";
import {
  type FileInput,
  type FileListOptions,
  fileContentInput,
  fileInput,
  fileListInput,
} from "../../schemas/file-input.ts";
import { writeMetadata } from "../../schemas/json-value.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { findBlob, readBlob } from "../blobs/blob-bytes.ts";
import { type BlobHolder, removeReference } from "../blobs/blob-holders.ts";
import type { BlobValue } from "../blobs/blob-value.ts";
import { damaged } from "../blobs/fetch-blobs.ts";
import { type Announced, blobOfContent } from "../blobs/kept-content.ts";
import type { StagedBlobs } from "../blobs/staged-blobs.ts";
import { withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import { listPage } from "../list-page.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";
import { type UploadedFile, contentNotFound, fileNotFound, toFile } from "./uploaded-file.ts";

/** The kept bytes of a file. */
export interface FileContent {
  readonly file: UploadedFile;
  /** Bytes, in pieces of at most one MiB. Fails where they are damaged, or deleted meanwhile. */
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
}

const list = "files";
const defaultLimit = 50;
const removedAtOnce = 500;
/** How often a file that changes while it is read is read again. */
const attempts = 5;

export class Files {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Keeps a record, and with `content` the bytes; a record with the same id is replaced, and lets go of its bytes.
   *
   * @throws ThroughlineError `invalid`, with reason `content` where the content is not as was said; `too_large` with reason
   *   `content`
   */
  async save(input: FileInput, settings: CallSettings = {}): Promise<UploadedFile> {
    const { store, generateId } = this.#context;
    const {
      id = generateId(),
      size,
      uploadedAt,
      expiresAt,
      metadata,
      content,
      contentHash,
      ...given
    } = parseInput(fileInput, input, "file");
    const blob = await this.#blobOf(content, { size, hash: contentHash });
    const record = {
      ...given,
      fileId: id,
      size: blob?.bytes.length ?? size ?? 0,
      uploadedAt: uploadedAt?.getTime() ?? store.now(),
      expiresAt: expiresAt?.getTime() ?? 0,
      metadata: writeMetadata(metadata),
      hash: blob?.hash ?? "",
    };
    await this.#write(id, blob, () => record, settings);
    return toFile(record);
  }

  /**
   * Keeps the bytes of a file that has a record, in the place of those that were kept before.
   *
   * @throws ThroughlineError `not_found`; `invalid` with reason `content` where they have another size than the record says,
   *   or another hash than `contentHash`; `too_large` with reason `content`
   */
  async saveContent(
    id: string,
    content: Content,
    { contentHash, ...settings }: { readonly contentHash?: string } & CallSettings = {},
  ): Promise<UploadedFile> {
    const given = parseInput(
      fileContentInput,
      { content, ...(contentHash === undefined ? undefined : { contentHash }) },
      "content",
    );
    const { size } = await this.get(id, settings);
    const blob = await this.#blobOf(given.content, { size, hash: given.contentHash });
    const record = await this.#write(
      id,
      blob,
      (known) => {
        if (known === undefined) throw fileNotFound(id);
        const { revision: _, ...fields } = known;
        return { ...fields, size: blob?.bytes.length ?? 0, hash: blob?.hash ?? "" };
      },
      settings,
    );
    return toFile(record);
  }

  /**
   * The bytes of a file, as they were given.
   *
   * @throws ThroughlineError `not_found` with reason `file`, or `content` where they are not kept; `unavailable` with reason
   *   `damaged`
   */
  async content(id: string, settings: CallSettings = {}): Promise<FileContent> {
    for (let attempt = 1; ; attempt += 1) {
      const row = await this.#find(id, settings);
      const hash = row.hash as string;
      if (hash === "") throw contentNotFound(id);
      const blob = await findBlob(this.#context, hash, settings);
      if (blob !== undefined) return { file: toFile(row), bytes: readBlob(this.#context, blob, settings) };
      // It was replaced after it was read.
      if (attempt === attempts) throw damaged(hash);
    }
  }

  /** A record by its id, also one that has expired. @throws ThroughlineError `not_found` */
  async get(id: string, settings: CallSettings = {}): Promise<UploadedFile> {
    return toFile(await this.#find(id, settings));
  }

  /** Records, newest upload first, expired ones with them. */
  async list(options: FileListOptions = {}, settings: CallSettings = {}): Promise<Page<UploadedFile>> {
    const { limit = defaultLimit, cursor } = parseInput(fileListInput, options, "files");
    const query = { kind: "uploaded_files", shape: "uploaded", prefix: [], direction: "backward" } as const;
    return listPage(this.#context, { list, query, limit, cursor, toItem: toFile }, settings);
  }

  /** Forgets a record, and its bytes where they are kept. @throws ThroughlineError `not_found` */
  async delete(id: string, settings: CallSettings = {}): Promise<void> {
    const row = await repeatOnConflict(isOfFile, async () => {
      const found = await this.#find(id, settings);
      await this.#deleteAsSeen(found, settings);
      return found;
    });
    await this.#sweep([row], settings);
  }

  /** Forgets what has expired; answers how many. One that was given another end meanwhile stays. */
  async deleteExpired(settings: CallSettings = {}): Promise<number> {
    let deleted = 0;
    let after: KeyValues | undefined;
    do {
      const { rows, next } = await this.#expired(after, settings);
      const gone = await Promise.all(rows.map((row) => this.#deleteUnchanged(row, settings)));
      const those = rows.filter((_, index) => gone[index]);
      deleted += those.length;
      await this.#sweep(those, settings);
      after = next;
    } while (after !== undefined);
    return deleted;
  }

  async #blobOf(content: Content | undefined, announced: Announced): Promise<BlobValue | undefined> {
    return content === undefined ? undefined : blobOfContent(this.#context, content, announced);
  }

  async #find(id: string, settings: CallSettings): Promise<Row> {
    const row = await this.#read(id, settings);
    if (row === undefined) throw fileNotFound(id);
    return row;
  }

  async #read(id: string, settings: CallSettings): Promise<Row | undefined> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "uploaded_files", keys: [[id]] }] },
      settings,
    );
    return answers[0][0];
  }

  /** Writes a record that is made of the one that is there; what that one kept is let go of. */
  async #write(
    id: string,
    blob: BlobValue | undefined,
    make: (known: Row | undefined) => StoredRecord,
    settings: CallSettings,
  ): Promise<StoredRecord> {
    const { store, tenant } = this.#context;
    let written: { readonly record: StoredRecord; readonly known: Row | undefined } | undefined;
    const commit = async (blobs?: StagedBlobs): Promise<CommitResult> =>
      repeatOnConflict(isOfFile, async () => {
        const known = await this.#read(id, settings);
        const record = make(known);
        const beside = blobs?.besideRecords(holdersOf(record));
        const kept = new Set([record.hash]);
        const released = known === undefined ? [] : holdersOf(known).filter(({ hash }) => !kept.has(hash));
        const writes: Write[] = [
          { type: "insert", kind: "uploaded_files", record, exists: "replace" },
          ...released.map(removeReference),
          ...(beside?.writes ?? []),
        ];
        const expect = [asSeen(id, known), ...(beside?.expect ?? [])];
        const result = await store.commit({ tenant, writes, expect }, settings);
        written = { record, known };
        return result;
      });
    if (blob === undefined) {
      await commit();
    } else {
      await withStagedBlobs(this.#context, async (blobs) => {
        await blobs.stage([blob]);
        return commit(blobs);
      });
    }
    if (written === undefined) throw new TypeError("a commit that succeeded has written nothing");
    const { record, known } = written;
    if (known !== undefined && known.hash !== record.hash) await this.#sweep([known], settings);
    return record;
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

  async #deleteAsSeen(row: Row, settings: CallSettings): Promise<void> {
    const { store, tenant } = this.#context;
    const id = row.fileId as string;
    const writes: Write[] = [
      { type: "remove", kind: "uploaded_files", key: [id] },
      ...holdersOf(row).map(removeReference),
    ];
    await store.commit({ tenant, expect: [asSeen(id, row)], writes }, settings);
  }

  async #deleteUnchanged(row: Row, settings: CallSettings): Promise<boolean> {
    try {
      await this.#deleteAsSeen(row, settings);
      return true;
    } catch (error) {
      if (error instanceof ThroughlineError && error.reason === "expectation") return false;
      throw error;
    }
  }

  /** Removes the bytes that files held, unless others hold the same. */
  async #sweep(rows: readonly Row[], { signal }: CallSettings): Promise<void> {
    const hashes = rows.map(({ hash }) => hash as string).filter((hash) => hash !== "");
    if (hashes.length > 0) await sweepBlobs(this.#context, { hashes, ...(signal && { signal }) });
  }
}

function isOfFile({ kind }: { readonly kind?: unknown }): boolean {
  return kind === "uploaded_files";
}

function asSeen(id: string, row: Row | undefined): Expectation {
  const record = { kind: "uploaded_files", key: [id] } as const;
  if (row === undefined) return { type: "absent", ...record };
  const { revision } = row;
  return { type: "equals", ...record, fields: { revision } };
}

function holdersOf({ fileId, hash }: StoredRecord): readonly BlobHolder[] {
  if (hash === "") return [];
  const owner = { ownerKind: "uploaded_files", ownerId: fileId as string } as const;
  return [{ sessionId: "", hash: hash as string, ...owner }];
}

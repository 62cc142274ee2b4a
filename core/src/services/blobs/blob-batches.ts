import type { Expectation, Write } from "../../contract/batch.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import { type BlobValue, countPieces, packPiece } from "./blob-value.ts";
import { isPacked } from "../../contract/blob-pieces.ts";

/** Bytes of pieces, writes and expectations that one batch takes, with room below the contract's limits. */
const batchBytes = 3 * 1024 * 1024;
const batchWrites = 500;
const batchExpectations = 15;

/** Collects what stores blobs into quiet durable batches, and commits each that is full. */
export class BlobBatches {
  readonly #context: ServiceContext;
  #writes: Write[] = [];
  #expect: Expectation[] = [];
  #bytes = 0;

  /** `first` goes into the first batch. */
  constructor(context: ServiceContext, first: readonly Write[]) {
    this.#context = context;
    this.#writes.push(...first);
  }

  async flush(): Promise<void> {
    if (this.#writes.length === 0) return;
    const { store, tenant } = this.#context;
    const batch = { tenant, writes: this.#writes, expect: this.#expect, quiet: { durable: true } };
    this.#writes = [];
    this.#expect = [];
    this.#bytes = 0;
    await store.commit(batch);
  }

  /** Says of a blob that is there that it is about to be used. Fails as a conflict if it is there no longer. */
  async touch({ hash, pieces, touchedAt }: Row): Promise<void> {
    if (this.#writes.length >= batchWrites || this.#expect.length >= batchExpectations) await this.flush();
    this.#expect.push({
      type: "equals",
      kind: "blobs",
      key: [hash as string],
      fields: { pieces: pieces as number },
    });
    // From a program that keeps no references: it stays so, as nobody knows who holds it.
    const touched = touchedAt === 0 ? 0 : this.#context.store.now();
    this.#writes.push({
      type: "update",
      kind: "blobs",
      key: [hash as string],
      maximum: { touchedAt: touched },
    });
  }

  /** Stores a blob. Where its record says how many pieces it has, they are all there. */
  async store(value: BlobValue): Promise<void> {
    const now = this.#context.store.now();
    const { hash, bytes } = value;
    const pieces = countPieces(bytes);
    const begun = { hash, size: bytes.length, pieces: 0, encoding: "", createdAt: now, touchedAt: now };
    let encoding = "";
    let isBegun = false;
    for (let piece = 0; piece < pieces; piece += 1) {
      const stored = await packPiece(value, piece);
      if (isPacked(stored)) encoding = "gzip";
      if (this.#bytes + stored.length > batchBytes || this.#writes.length >= batchWrites) {
        // No piece is ever without a record, by which a sweep finds it.
        if (piece > 0 && !isBegun) this.#insert(begun, {});
        isBegun ||= piece > 0;
        await this.flush();
      }
      this.#bytes += stored.length;
      const record = { hash, piece, bytes: stored };
      this.#writes.push({ type: "insert", kind: "blob_pieces", record, exists: "keep" });
    }
    this.#insert({ ...begun, pieces, encoding }, { pieces, encoding });
  }

  #insert(record: StoredRecord & { readonly touchedAt: number }, set: StoredRecord): void {
    const maximum = { touchedAt: record.touchedAt };
    this.#writes.push({ type: "insert", kind: "blobs", record, exists: { set, maximum } });
  }
}

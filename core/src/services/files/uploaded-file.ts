/** Uploaded files as callers see them. */
import { ThroughlineError } from "../../error.ts";
import type { RowOf, StoredRecord } from "../../model/kind.ts";
import type { uploadedFiles } from "../../model/uploaded-files.ts";
import { readMetadata } from "../../schemas/json-value.ts";
import { dateOf } from "../../schemas/time.ts";
import { type JsonObject, withJsonNames } from "../to-json.ts";

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
  /** SHA-256 of its bytes, where they are kept; null where they are not. */
  readonly contentHash: string | null;
}

export function toFile(row: StoredRecord): UploadedFile {
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
    contentHash: record.hash === "" ? null : record.hash,
  };
}

export function fileToJson({ id, ...file }: UploadedFile): JsonObject {
  return { file_id: id, ...withJsonNames(file) };
}

export function fileNotFound(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no file ${id}.`, {
    reason: "file",
    details: { file: id },
  });
}

export function contentNotFound(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `The bytes of the file ${id} are not kept.`, {
    reason: "content",
    details: { file: id },
  });
}

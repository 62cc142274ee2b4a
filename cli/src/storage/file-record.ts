import type { FileInput, UploadedFile } from "@throughline/core";

/** A file that was uploaded to a provider. */
export interface UploadedFileRecord {
  readonly fileId: string;
  readonly geminiFileName: string;
  readonly geminiFileUri: string;
  readonly displayName: string;
  /** Bytes. */
  readonly size: number;
  readonly mimeType: string;
  readonly uploadedAt: Date;
  /** When the provider drops it; null: never. */
  readonly expiresAt: Date | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function toFileRecord(uploaded: UploadedFile): UploadedFileRecord {
  const { id, providerName, providerUri, contentHash: _, ...file } = uploaded;
  return { fileId: id, geminiFileName: providerName, geminiFileUri: providerUri, ...file };
}

export function fromFileRecord(record: UploadedFileRecord): FileInput {
  const { fileId, geminiFileName, geminiFileUri, ...file } = record;
  return { id: fileId, providerName: geminiFileName, providerUri: geminiFileUri, ...file };
}

import type { UploadedFile } from "@throughline/core";

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

export function toFileRecord({ id, providerName, providerUri, ...file }: UploadedFile): UploadedFileRecord {
  return { fileId: id, geminiFileName: providerName, geminiFileUri: providerUri, ...file };
}

export function fromFileRecord(record: UploadedFileRecord): UploadedFile {
  const { fileId, geminiFileName, geminiFileUri, ...file } = record;
  return { id: fileId, providerName: geminiFileName, providerUri: geminiFileUri, ...file };
}

import type { Kind } from "./kind.ts";

/** A file that was given to a model's provider. */
export const uploadedFiles = {
  name: "uploaded_files",
  key: ["fileId"],
  fields: {
    fileId: { type: "text" },
    /** What the provider calls it. */
    providerName: { type: "text" },
    providerUri: { type: "text" },
    displayName: { type: "text" },
    /** Bytes. */
    size: { type: "integer" },
    mimeType: { type: "text" },
    uploadedAt: { type: "integer" },
    /** When the provider drops it (milliseconds); 0: never. The record stays until expired ones are deleted. */
    expiresAt: { type: "integer" },
    metadata: { type: "json" },
    /** Of its bytes, where they are kept as a blob; `''` where they are not. */
    hash: { type: "text" },
  },
  unique: {},
  shapes: { uploaded: ["uploadedAt"], expiry: ["expiresAt"] },
} as const satisfies Kind;

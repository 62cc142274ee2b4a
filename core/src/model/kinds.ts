import { apiKeys } from "./api-keys.ts";
import { blobPieces, blobReferences, blobs } from "./blobs.ts";
import type { Kind } from "./kind.ts";
import { branches, messages } from "./messages.ts";
import { chatSettings, holds } from "./session-settings.ts";
import { sessions } from "./sessions.ts";
import { sourceChunks, sources } from "./sources.ts";
import { state } from "./state.ts";
import { uploadedFiles } from "./uploaded-files.ts";

/** Every record kind of the product, by name. A store is opened with these; tests add their own. */
export const productKinds: readonly Kind[] = [
  sessions,
  messages,
  branches,
  chatSettings,
  holds,
  state,
  blobs,
  blobPieces,
  blobReferences,
  sources,
  sourceChunks,
  uploadedFiles,
  apiKeys,
];

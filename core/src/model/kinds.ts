import type { Kind } from "./kind.ts";
import { branches, messages } from "./messages.ts";
import { blobPieces, blobs, sourceChunks, sources, state } from "./other-kinds.ts";
import { sessions } from "./sessions.ts";

/** Every record kind of the product, by name. A store is opened with these; tests add their own. */
export const productKinds: readonly Kind[] = [
  sessions,
  messages,
  branches,
  state,
  blobs,
  blobPieces,
  sources,
  sourceChunks,
];

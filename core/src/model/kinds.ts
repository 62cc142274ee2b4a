import { apiKeys } from "./api-keys.ts";
import { blobPieces, blobReferences, blobs } from "./blobs.ts";
import type { Kind } from "./kind.ts";
import { memoryVersions, projectMemories, workingMemories } from "./memories.ts";
import { branches, messages } from "./messages.ts";
import { projects } from "./projects.ts";
import { resourceAccessLogs, resourceDependencies, resources, sessionResources } from "./resources.ts";
import { checkpoints, contextEntries, contextSegments, sessionContexts } from "./session-context.ts";
import { chatSettings, holds } from "./session-settings.ts";
import { sessions } from "./sessions.ts";
import { sourceChunks, sources } from "./sources.ts";
import { state } from "./state.ts";
import { commandUsage, repoCache, toolSessions } from "./tool-records.ts";
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
  projects,
  contextEntries,
  sessionContexts,
  contextSegments,
  checkpoints,
  resources,
  resourceAccessLogs,
  sessionResources,
  resourceDependencies,
  projectMemories,
  memoryVersions,
  workingMemories,
  toolSessions,
  repoCache,
  commandUsage,
];

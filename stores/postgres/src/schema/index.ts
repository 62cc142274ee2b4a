/**
 * The tables and views of Throughline in PostgreSQL, for Drizzle: to join them in queries of your own. Read with it; write
 * through the store, which keeps the tables in step with each other.
 */
export { checkpoints, contextEntries, contextSegments, sessionContexts } from "./context-tables.ts";
export { memoryVersions, projectMemories, workingMemories } from "./memory-tables.ts";
export { branches, messages } from "./message-tables.ts";
export { blobPieces, blobReferences, blobs, sourceChunks, sources, state } from "./record-tables.ts";
export {
  projects,
  resourceAccessLogs,
  resourceDependencies,
  resources,
  sessionResources,
} from "./resource-tables.ts";
export { searchIndex, searchProgress } from "./search-tables.ts";
export { apiKeys, uploadedFiles } from "./server-tables.ts";
export { chatSettings, holds } from "./session-setting-tables.ts";
export { sessionLogs, sessionRows } from "./session-tables.ts";
export { changes, feedFloors, operations, removedKeys, storeInfo } from "./store-tables.ts";
export { throughline } from "./throughline.ts";
export { commandUsage, repoCache, toolSessions } from "./tool-tables.ts";
export { sessions, transcripts } from "./views.ts";

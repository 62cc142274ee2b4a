/**
 * The tables and views of a Throughline file, for Drizzle: to join them in queries of your own. Read with it; write
 * through the store, which keeps the tables in step with each other.
 */
export { checkpoints, contextEntries, contextSegments, sessionContexts } from "./context-tables.ts";
export { memoryVersions, projectMemories, workingMemories } from "./memory-tables.ts";
export { branches, messageRows } from "./message-tables.ts";
export { blobPieces, blobReferences, blobs, sourceChunks, sources, state } from "./record-tables.ts";
export {
  projects,
  resourceAccessLogs,
  resourceDependencies,
  resources,
  sessionResources,
} from "./resource-tables.ts";
export { apiKeys, uploadedFiles } from "./server-tables.ts";
export { chatSettings, holds } from "./session-setting-tables.ts";
export { removedSessions, sessionLogs, sessionRows } from "./session-tables.ts";
export { changes, operations, removedKeys, searchProgress, storeInfo, tenants } from "./store-tables.ts";
export { commandUsage, repoCache, toolSessions } from "./tool-tables.ts";
export { feed, messages, sessions } from "./views.ts";

/** What is remembered beside conversations: memories, working memory, projects, and what tools keep. */
export {
  type Project,
  type ProjectChanges,
  type ProjectListOptions,
  type ProjectOfRepositoryInput,
  type Projects,
  projectChangesJson,
  projectListJson,
  projectOfRepositoryJson,
} from "./projects/projects.ts";
export { type Memories } from "./memories/memories.ts";
export { type WorkingMemories, type WorkingMemory } from "./memories/working-memory.ts";
export {
  type WorkingMemoryOwner,
  type WorkingMemoryPatch,
  workingMemoryPatch,
} from "../schemas/working-memory-input.ts";
export { type Memory, type MemoryVersion } from "./memories/memory.ts";
export { type MemoryName } from "./memories/find-memory.ts";
export { type SavedMemory } from "./memories/save-memory.ts";
export { type MemoryChange, type MemoryComparison } from "./memories/compare-versions.ts";
export { type DuplicateMemories } from "./memories/find-duplicates.ts";
export {
  duplicatesToJson,
  memoryComparisonToJson,
  memoryToJson,
  memoryVersionToJson,
  projectToJson,
} from "./memories/to-json.ts";
export {
  type DuplicateSearchInput,
  type MemoryAddress,
  type MemoryChanges,
  type MemoryComparisonInput,
  type MemoryHistoryInput,
  type MemoryInput,
  type MemoryListInput,
  type MemoryMergeInput,
  type MemoryOwner,
  type MemoryProvenance,
  type MemoryRestoreInput,
  type MemorySuccessorInput,
  duplicateSearchJson,
  memoryChangesJson,
  memoryComparisonJson,
  memoryFromJson,
  memoryHistoryJson,
  memoryJson,
  memoryListJson,
  memoryListNames,
  memoryMergeJson,
  memoryProvenanceJson,
  memoryRestoreJson,
  memorySuccessorJson,
} from "../schemas/memory-input.ts";
export { type ToolSession, type ToolSessions } from "./tools/tool-sessions.ts";
export { type CachedRepo, type RepoCache } from "./tools/repo-cache.ts";
export { type CommandUsage, type Commands } from "./tools/commands.ts";
export { commandToJson, repoToJson, toolSessionToJson } from "./tools/to-json.ts";
export {
  type CommandInput,
  type CommandListInput,
  type RepoInput,
  type RepoListInput,
  type ToolSessionInput,
  type ToolSessionListInput,
  commandJson,
  commandListJson,
  repoJson,
  repoNames,
  toolNames,
  toolPageJson,
  toolSessionJson,
} from "../schemas/tool-input.ts";
export { type Users } from "./projects/users.ts";

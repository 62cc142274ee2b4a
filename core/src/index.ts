/** The model, the store contract and the services of Throughline. Runs anywhere: no Node built-ins. */

// Errors and ids
export {
  type CommitOutcome,
  type ErrorCode,
  type ErrorOptions,
  ThroughlineError,
  isThroughlineError,
} from "./error.ts";
export { newId } from "./id.ts";

// The model: record kinds
export {
  type Field,
  type FieldType,
  type FieldValue,
  KEY_SHAPE,
  type KeyValue,
  type KeyValues,
  type Kind,
  type Row,
  type StoredRecord,
  type UniqueKey,
  compareKeys,
  completeRecord,
  emptyValue,
  indexValues,
  isExpired,
  keyOf,
  keyText,
  orderOf,
  uniqueKeysOf,
} from "./model/kind.ts";
export { columnName } from "./model/column-name.ts";
export { productKinds } from "./model/kinds.ts";
export { branches, messages } from "./model/messages.ts";
export { SYSTEM_TENANT, apiKeys } from "./model/api-keys.ts";
export { blobPieces, blobReferences, blobs } from "./model/blobs.ts";
export { memoryVersions, projectMemories, workingMemories } from "./model/memories.ts";
export { projects } from "./model/projects.ts";
export { resourceAccessLogs, resourceDependencies, resources, sessionResources } from "./model/resources.ts";
export { checkpoints, contextEntries, contextSegments, sessionContexts } from "./model/session-context.ts";
export { commandUsage, repoCache, toolSessions } from "./model/tool-records.ts";
export { chatSettings, holds } from "./model/session-settings.ts";
export { sourceChunks, sources } from "./model/sources.ts";
export { state } from "./model/state.ts";
export { uploadedFiles } from "./model/uploaded-files.ts";
export { SESSION_LOG_FIELDS, sessions } from "./model/sessions.ts";
export { type Content, type Part } from "./model/message-content.ts";

// The contract: what a store does
export {
  type Append,
  type AppendedMessage,
  type Batch,
  type Changes,
  type CheckedBatch,
  type CommitResult,
  type ExistsPolicy,
  type Expectation,
  type Insert,
  type Key,
  type NewMessage,
  type Remove,
  type RemoveMany,
  type UniqueName,
  type Update,
  type Write,
  type WriteResult,
  isUniqueName,
} from "./contract/batch.ts";
export {
  type ChangesInput,
  type ChangesResult,
  type CheckedChanges,
  type FeedChange,
  type FeedEntry,
} from "./contract/changes.ts";
export { type Filter, passesFilters } from "./contract/filter.ts";
export {
  type CheckedRead,
  type Count,
  type Get,
  type Page,
  type Query,
  type Range,
  type ReadAnswer,
  type ReadInput,
  type ReadRequest,
  type ReadResult,
  SCAN_LIMIT,
  type Select,
} from "./contract/read.ts";
export {
  type CheckedSearch,
  SEARCH_LIMIT,
  type SearchFilter,
  type SearchHit,
  type SearchInput,
  type SearchResult,
} from "./contract/search.ts";
export {
  type CallOptions,
  type Capabilities,
  type GuardedStore,
  type Problem,
  type PruneTimes,
  type Store,
} from "./contract/store.ts";
export { type GuardOptions, guardStore } from "./guard/guard-store.ts";
export { BATCH_BYTES, BATCH_RECORDS, batchBytes, boundOfBatchBytes } from "./contract/batch-size.ts";

// For those who write a store
export { type Bm25Input, scoreBm25 } from "./text/bm25.ts";
export {
  type Fts5Columns,
  type Fts5Scope,
  fts5Tokenizer,
  toFts5Query,
  toFts5Text,
} from "./text/fts5-query.ts";
export { matchInTurns } from "./text/match-in-turns.ts";
export { type SteppedMatch, type TextMatch, type TextMatcher, compileTextQuery } from "./text/match-text.ts";
export { type TextClause, type TextQuery, findForms, parseTextQuery } from "./text/text-query.ts";
export { type Tokens, tokenize, tokenizerVersion } from "./text/tokenize.ts";
export { tokenizeInSteps } from "./text/tokenize-in-steps.ts";
export { type FeedCursor, formatFeedCursor, parseFeedCursor } from "./contract/feed-cursor.ts";
export { matchesFeedFilter } from "./contract/matches-feed-filter.ts";
export { PIECE_BYTES } from "./contract/blob-pieces.ts";
export { decodeInTurns } from "./contract/decode-in-turns.ts";
export { decodePieces, searchedBlobs, textOfMessage } from "./contract/message-text.ts";
export { blobsOfMessage } from "./contract/staged-text.ts";
export { isInRange, placeOf, selectFields } from "./contract/page.ts";
export {
  type Asking,
  type Found,
  type Image,
  type Lookup,
  type Resolution,
  type StoredOperation,
} from "./resolve/lookup.ts";
export { driveResolution, resolveBatch } from "./resolve/resolve-batch.ts";
export { leavesRevision } from "./resolve/resolve-record.ts";
export { FEW_ROWS, type NarrowShape, findNarrowShape, isRare, sortFew } from "./backend/few-rows.ts";
export { GroupQueue, type GroupQueueOptions, type Queued } from "./backend/group-queue.ts";
export {
  type AnswerLookups,
  expectedLookups,
  lookupText,
  resolveRemotely,
} from "./backend/resolve-remotely.ts";

// The store protocol: the contract as JSON
export { batchBody, changesBody, pruneBody, readBody, searchBody } from "./wire/bodies.ts";
export { encodeBatch } from "./wire/encode-batch.ts";
export { type AnswerLimits, readReadResult, writeReadResult } from "./wire/answers.ts";
export { STORE_PROTOCOL, type StoreDescription, differingKinds } from "./wire/store-description.ts";
export { portableSearchKinds } from "./backend/search/index-kinds.ts";
export { type PortableSearchOptions } from "./backend/search/index-context.ts";
export { type InsertReferences, referenceBlobs } from "./backend/reference-blobs.ts";
export { PortableSearch } from "./backend/search/portable-search.ts";
export { makeRest } from "./backend/search/rest.ts";

// Services
export { Throughline, type ThroughlineOptions } from "./services/throughline.ts";
export {
  type CallSettings,
  type CreatedSession,
  type Page as ListPage,
  type Sessions,
} from "./services/sessions/sessions.ts";
export {
  type AppendOptions,
  type AppendResult,
  type Messages,
  type StreamOptions,
} from "./services/messages/messages.ts";
export { type ListOptions, type MessagePage, messageListJson } from "./services/messages/list-messages.ts";
export { type Message, type Native, type Role, toMessage } from "./services/messages/message.ts";
export { type SessionBranch } from "./services/messages/list-branches.ts";
export {
  type Session,
  ancestorsOfChild,
  newSessionRecord,
  sessionFields,
} from "./services/sessions/session.ts";
export {
  type MessageHit,
  type SearchOptions,
  type SearchPage,
  searchJson,
  searchNames,
} from "./services/search.ts";
export { type SessionStatistics } from "./services/sessions/session-statistics.ts";
export { type DeleteOptions } from "./services/erasing/delete-session.ts";
export { noteSource } from "./services/erasing/import-notes.ts";
export { type OwnerDeletionOptions } from "./services/erasing/delete-owner.ts";
export { type OwnerReceipt } from "./services/erasing/owner-job.ts";
export { type DeletionReceipt } from "./services/erasing/receipt.ts";
export {
  type CleanUpInput,
  type CleanUpOptions,
  type CleanUpReport,
  type CleanedSession,
} from "./services/retention/clean-up.ts";
export { type CleanedRecord, type RecordReason } from "./services/retention/clean-records.ts";
export { type CleanUpAction, type CleanUpReason } from "./services/retention/decide.ts";
export { type Hold, type HoldInput, holdInput } from "./services/retention/holds.ts";
export {
  type KindLimits,
  type PolicyInput,
  type RetentionPolicy,
  defaultPolicy,
  keepEverything,
  limitedKinds,
  limitsOf,
  policyInput,
} from "./services/retention/policy.ts";
export {
  cleanUpToJson,
  deletedSessionToJson,
  holdToJson,
  ownerReceiptToJson,
  receiptToJson,
} from "./services/retention/to-json.ts";
export { type DeletedSession, type TrashOptions, trashOptions } from "./services/retention/trash.ts";
export {
  type Checkpoint,
  type CheckpointInput,
  type CheckpointListInput,
  type CheckpointSummary,
  type Checkpoints,
  checkpointJson,
  checkpointListInput,
} from "./services/checkpoints/checkpoints.ts";
export { type CheckpointComparison } from "./services/checkpoints/compare-snapshots.ts";
export {
  checkpointSummaryToJson,
  checkpointToJson,
  comparisonToJson,
} from "./services/checkpoints/to-json.ts";
export { type Context, type RecordOptions, type RecordResult } from "./services/context/context.ts";
export {
  type ContextContent,
  type ContextDecision,
  type ContextSearch,
  type FileAccess,
  type MemoryReference,
  type SessionContext,
  contextToJson,
  fileAccessToJson,
} from "./services/context/session-context.ts";
export { type Resource, type SessionResource } from "./services/resources/resource.ts";
export { type ResourceScope, type Resources } from "./services/resources/resources.ts";
export { type Dependency, type DependencyKind } from "./services/resources/dependencies.ts";
export { type FoundDependencies } from "./services/resources/find-dependencies.ts";
export { type ReplacedDependencies } from "./services/resources/replace-dependencies.ts";
export {
  type RankedResource,
  type RankedSessionResource,
  type Ranking,
} from "./services/resources/rank-resources.ts";
export {
  type Importance,
  type ImportanceFacts,
  type ImportancePart,
  type PartOfImportance,
  importanceOf,
} from "./services/resources/importance.ts";
export { resourceTypeOf } from "./services/resources/resource-type.ts";
export { type ResourceSession, type ResourceSessionInput } from "./services/resources/session-resources.ts";
export { dependencyToJson, resourceToJson } from "./services/resources/to-json.ts";
export { type SessionSettings, type Settings } from "./services/sessions/settings.ts";
export { type Statistics } from "./services/stats.ts";
export * from "./services/kept.ts";
export {
  type ExportFormat,
  exportFormats,
  exportSession,
  readableContent,
} from "./services/sessions/export-session.ts";
export { type NativeExport } from "./services/sources/export-native.ts";
export {
  type JsonObject,
  branchToJson,
  hitToJson,
  messageToJson,
  sessionStatisticsToJson,
  sessionToJson,
  settingsToJson,
  statisticsToJson,
} from "./services/to-json.ts";
export { type ChunkCodec } from "./services/sources/blank-source.ts";
export {
  type ImportedPart,
  type SourcePart,
  importedPartKey,
  readImportedPart,
} from "./services/sources/imported-part.ts";
export {
  type ProblemDetails,
  fromProblem,
  problemCodes,
  statusOf,
  toProblem,
} from "./services/problem-details.ts";
export { fingerprintOf } from "./services/fingerprint.ts";
export { insertProject } from "./services/projects/insert-project.ts";
export { fetchStagedFields } from "./services/blobs/fetch-staged-fields.ts";
export { type BesideAppend, StagedBlobs } from "./services/blobs/staged-blobs.ts";
export { withStagedBlobs } from "./services/blobs/with-staged-blobs.ts";
export { type SweepOptions, type SweptBlobCount, sweepBlobs } from "./services/blobs/sweep-blobs.ts";
export { type ServiceContext } from "./services/service-context.ts";
export { newMessageRecords } from "./services/messages/new-messages.ts";
export { checkMessages } from "./services/messages/check-messages.ts";

// Input: one schema each, for the library and for JSON
export {
  type MessageInput,
  type Usage,
  messageFromJson,
  messageInput,
  messageJson,
  role,
} from "./schemas/message-input.ts";
export {
  type SessionChanges,
  type SessionFilter,
  type SessionInput,
  sessionChangesJson,
  sessionFilterJson,
  sessionFromJson,
  sessionInput,
  sessionJson,
  sessionNames,
} from "./schemas/session-input.ts";
export {
  type BranchListInput,
  type ForkInput,
  type HeadInput,
  branchListJson,
  forkJson,
  headJson,
} from "./schemas/fork-input.ts";
export {
  type SettingsInput,
  type SettingsPatch,
  settingsJson,
  settingsPatchJson,
} from "./schemas/settings-input.ts";
export {
  type ContextFilesInput,
  type ContextInput,
  type ContextReadInput,
  contextFilesJson,
  contextFromJson,
  contextJson,
  contextReadJson,
} from "./schemas/context-input.ts";
export {
  type DependencyListInput,
  type GivenDependencies,
  dependencyListJson,
  givenDependenciesJson,
  referringContentJson,
} from "./schemas/dependency-input.ts";
export {
  type AccessKind,
  type LinksInput,
  type LogAccessInput,
  type RankInput,
  type ResourceListInput,
  type ResourceType,
  type SessionResourcesInput,
  type TrackInput,
  linksJson,
  resourceListJson,
  resourceNames,
  sessionResourcesJson,
  trackJson,
} from "./schemas/resource-input.ts";
export * from "./services/remembered.ts";
export { mergePatch } from "./schemas/merge-patch.ts";
export { fromJsonNames, toSnakeCase, withJsonNames } from "./schemas/json-names.ts";
export { parseInput } from "./schemas/parse-input.ts";
export { repositoryOf } from "./schemas/repository.ts";

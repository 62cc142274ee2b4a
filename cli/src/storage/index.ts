/** Sessions as objects in memory that are saved to a database, with a manager: over SQLite, PostgreSQL and MongoDB. */
export { type ChatMessage, ChatSession, type ChatSessionFields, type ChatStatus } from "./chat-session.ts";
export { type UploadedFileRecord } from "./file-record.ts";
export { type ListSessionsOptions, SessionStorage } from "./session-storage.ts";
export {
  MongoDBSessionStorage,
  type MongoDBOptions,
  type PoolOptions,
  PostgreSQLSessionStorage,
  SQLiteSessionStorage,
} from "./storages.ts";
export { StorageConfig, type StorageConfigInput, createStorage } from "./storage-config.ts";
export { SessionManager, type SessionManagerOptions, type StorageStatistics } from "./session-manager.ts";
export {
  type MigrationOptions,
  type MigrationProgress,
  type MigrationResult,
  migrateStorage,
} from "./migrate-storage.ts";
export { type Verification, verifyMigration } from "./verify-migration.ts";
export {
  type JsonExport,
  type JsonImport,
  backupStorage,
  exportToJson,
  importFromJson,
} from "./json-archive.ts";

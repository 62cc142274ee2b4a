/** Moves sessions and files from one storage to another. */
import type { Message, MessageInput, Throughline, UploadedFile } from "@throughline/core";
import { appendGroups } from "./append-groups.ts";
import { eachFile, eachSession } from "./each-page.ts";
import type { SessionStorage } from "./session-storage.ts";
import { type Verification, verifyMigration } from "./verify-migration.ts";

export interface MigrationProgress {
  readonly sessionsMigrated: number;
  readonly filesMigrated: number;
}

export interface MigrationOptions {
  readonly source: SessionStorage;
  readonly destination: SessionStorage;
  /** Whether both are compared afterwards. Default: true. */
  readonly verify?: boolean;
  /** Called after each session and each file. */
  readonly onProgress?: (progress: MigrationProgress) => void;
}

export interface MigrationResult extends MigrationProgress {
  readonly durationSeconds: number;
  /** Absent where nothing was compared. */
  readonly verification?: Verification;
}

/**
 * Copies every session and every file's record with its bytes; the source stays as it is. What is in the destination already is not
 * written again, so a migration that was interrupted can be repeated. Of each session its current branch goes over, with
 * new positions: a fork becomes a session of its own.
 */
export async function migrateStorage(options: MigrationOptions): Promise<MigrationResult> {
  const { source, destination, verify = true, onProgress } = options;
  const began = performance.now();
  await Promise.all([source.initialize(), destination.initialize()]);
  let [sessionsMigrated, filesMigrated] = [0, 0];
  for await (const { id } of eachSession(source.throughline)) {
    if (!(await migrateSession(source.throughline, destination.throughline, id))) continue;
    sessionsMigrated += 1;
    onProgress?.({ sessionsMigrated, filesMigrated });
  }
  for await (const file of eachFile(source.throughline)) {
    await migrateFile(source.throughline, destination.throughline, file);
    filesMigrated += 1;
    onProgress?.({ sessionsMigrated, filesMigrated });
  }
  const verification = verify ? await verifyMigration(source, destination) : undefined;
  const durationSeconds = (performance.now() - began) / 1_000;
  return { sessionsMigrated, filesMigrated, durationSeconds, ...(verification && { verification }) };
}

/** A file's record, and its bytes where they are kept. */
async function migrateFile(source: Throughline, destination: Throughline, file: UploadedFile): Promise<void> {
  const { contentHash, ...facts } = file;
  if (contentHash === null) {
    await destination.files.save(facts);
    return;
  }
  const { bytes } = await source.files.content(file.id);
  const content = Buffer.concat(await Array.fromAsync(bytes));
  await destination.files.save({ ...facts, content, contentHash });
}

/** False for a session that was deleted meanwhile. */
async function migrateSession(source: Throughline, destination: Throughline, id: string): Promise<boolean> {
  const { answers } = await source.store.read({
    tenant: source.tenant,
    requests: [{ type: "get", kind: "sessions", keys: [[id]], select: "all" }],
  });
  const row = answers[0][0];
  if (row === undefined) return false;
  const { revision: _, ...fields } = row;
  const { store, tenant } = destination;
  // The log begins anew: positions are given by the store that it is in.
  const record = {
    ...fields,
    lastSeq: 0,
    headSeq: 0,
    messageCount: 0,
    tokenCount: 0,
    forkedAt: 0,
    history: "",
    forks: 0,
  };
  await store.commit({ tenant, writes: [{ type: "insert", kind: "sessions", record, exists: "keep" }] });
  for await (const group of appendGroups(source.messages.stream(id))) {
    await destination.messages.append(id, group.map(toInput));
  }
  // Appending has woken an expired session, and touched every one.
  const { status = "", updatedAt = 0, lastActivity = 0 } = fields;
  const set = { status, updatedAt, lastActivity };
  await store.commit({ tenant, writes: [{ type: "update", kind: "sessions", key: [id], set }] });
  return true;
}

function toInput(message: Message): MessageInput {
  const { id, role, content, model, usage, cost, tokenCount, metadata, createdAt } = message;
  return { id, role, content, model, usage, cost, tokenCount, metadata, createdAt };
}

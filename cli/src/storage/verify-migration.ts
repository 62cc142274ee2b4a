/** Compares what two storages hold. */
import { createHash } from "node:crypto";
import type { Session, Throughline } from "@throughline/core";
import { isThroughlineError } from "@throughline/core";
import { eachFile, eachSession } from "./each-page.ts";
import type { SessionStorage } from "./session-storage.ts";

export interface Verification {
  /** Whether all that is in the source is in the destination, and the same. */
  readonly verified: boolean;
  readonly sessionsCompared: number;
  readonly filesCompared: number;
  /** Sessions of the source that the destination does not have: the first 100. */
  readonly missingSessions: readonly string[];
  /** Sessions that differ: the first 100. */
  readonly differentSessions: readonly string[];
  /** Files that are missing or differ: the first 100. */
  readonly differentFiles: readonly string[];
}

const shown = 100;

/** Compares every session, with its messages, and every file's record of the source with those of the destination. */
export async function verifyMigration(
  source: SessionStorage,
  destination: SessionStorage,
): Promise<Verification> {
  await Promise.all([source.initialize(), destination.initialize()]);
  const [missing, different, files]: [string[], string[], string[]] = [[], [], []];
  let [sessionsCompared, filesCompared] = [0, 0];
  for await (const session of eachSession(source.throughline)) {
    sessionsCompared += 1;
    const other = await orUndefined(destination.throughline.sessions.get(session.id));
    if (other === undefined) missing.push(session.id);
    else {
      const hashes = [hashSession(source.throughline, session), hashSession(destination.throughline, other)];
      const [left, right] = await Promise.all(hashes);
      if (left !== right) different.push(session.id);
    }
  }
  for await (const file of eachFile(source.throughline)) {
    filesCompared += 1;
    const other = await orUndefined(destination.throughline.files.get(file.id));
    if (JSON.stringify(other) !== JSON.stringify(file)) files.push(file.id);
  }
  return {
    verified: missing.length + different.length + files.length === 0,
    sessionsCompared,
    filesCompared,
    missingSessions: missing.slice(0, shown),
    differentSessions: different.slice(0, shown),
    differentFiles: files.slice(0, shown),
  };
}

/** One hash for all that a migration carries over of a session. */
async function hashSession(throughline: Throughline, session: Session): Promise<string> {
  const {
    revision: _,
    messageCount: _count,
    tokenCount: _tokens,
    forkedAt: _at,
    tenantId: _tenant,
    ...fields
  } = session;
  const hash = createHash("sha256").update(JSON.stringify(fields));
  for await (const message of throughline.messages.stream(session.id)) {
    const { seq: _seq, parentSeq: _parent, revision: _revision, updatedAt: _updated, ...content } = message;
    hash.update(JSON.stringify(content));
  }
  return hash.digest("hex");
}

async function orUndefined<Value>(value: Promise<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch (error) {
    if (isThroughlineError(error) && error.code === "not_found") return undefined;
    throw error;
  }
}

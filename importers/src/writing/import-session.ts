/** The sessions of a file: found by the tool's own id, made when missing, left out when they were deleted here. */
import { createHash } from "node:crypto";
import type { Row, StoredRecord, Throughline, UniqueName, Write } from "@throughline/core";
import {
  isThroughlineError,
  ancestorsOfChild,
  insertProject,
  newId,
  newSessionRecord,
  parseInput,
  sessionFields,
  sessionInput,
} from "@throughline/core";
import type { ImportedSession } from "../importer.ts";

/** A session of the file, as the store has it. */
export interface KnownSession {
  /** Its row; undefined until it is made. */
  row: Row | undefined;
  /** What makes it, with the first messages. */
  creation: readonly Write[];
  /** The external key of what was deleted here, itself or its parent: its messages are not imported again. */
  readonly deleted?: string;
}

/** Whose sessions, of which tool, in which store. */
export interface Where {
  readonly throughline: Throughline;
  readonly tool: string;
  readonly user: string;
  /** Of sessions that are made. */
  readonly project?: string;
}

/** Finds a session by its external key, and prepares its making where there is none. */
export async function findImportedSession(where: Where, draft: ImportedSession): Promise<KnownSession> {
  const { throughline, tool, user } = where;
  const { store, tenant } = throughline;
  const name = JSON.stringify([user, draft.externalKey]);
  const noteKey = ["import", `${tool} sessions`, createHash("sha256").update(name).digest("hex")];
  // As notes were named before.
  const formerKey = ["import", `${tool} sessions`, name];
  const { answers } = await store.read({
    tenant,
    requests: [
      { type: "get", kind: "sessions", keys: [uniqueKeyOf(where, draft.externalKey)], select: "all" },
      { type: "get", kind: "state", keys: [noteKey, formerKey] },
    ],
  });
  const [[row], notes] = answers;
  if (row !== undefined) return { row, creation: [] };
  if (notes.some((note) => note !== undefined))
    return { row: undefined, creation: [], deleted: draft.externalKey };
  const parent = draft.parent?.externalKey;
  if (await isDeleted(where, parent)) return { row: undefined, creation: [], deleted: parent };
  const record = await newRecord(where, draft);
  const project = record.projectId as string;
  const creation: Write[] = [
    { type: "insert", kind: "sessions", record, exists: "keep" },
    ...(project === "" ? [] : [insertProject(project, store.now())]),
    {
      type: "insert",
      kind: "state",
      record: noteOf(noteKey, store.now()),
      exists: "keep",
    },
  ];
  return { row: undefined, creation };
}

/** Whether a session was imported, and deleted here since: its side chains stay away with it. */
export async function isDeleted(where: Where, key: string | undefined): Promise<boolean> {
  return (
    key !== undefined &&
    (await findImportedSession(where, { type: "session", externalKey: key })).deleted !== undefined
  );
}

/** The unique key of an imported session. */
export function uniqueKeyOf({ tool, user }: Where, key: string): UniqueName {
  return { unique: "external", values: [user, tool, key] };
}

/**
 * Says that a session was imported: it outlives the session, so that a deleted one does not come back. It holds nothing but
 * the hash of what the session is called.
 */
function noteOf([scope, collection, key]: readonly string[], now: number): StoredRecord {
  return {
    scope: scope ?? "",
    collection: collection ?? "",
    key: key ?? "",
    value: "{}",
    metadata: "",
    count: 0,
    updatedAt: now,
    expiresAt: 0,
  };
}

async function newRecord(where: Where, draft: ImportedSession): Promise<StoredRecord> {
  const { throughline, tool, user, project } = where;
  const now = throughline.store.now();
  const parent =
    draft.parent === undefined ? undefined : await makeParent(where, draft.parent, draft.createdAt);
  const input = parseInput(
    sessionInput,
    {
      user,
      tool,
      externalKey: draft.externalKey,
      ...(project === undefined ? undefined : { project }),
      ...draftFields(draft),
      ...(parent === undefined ? undefined : { listed: false }),
    },
    "session",
  );
  return newSessionRecord(newId(), now, {
    ...sessionFields(input),
    ...(draft.createdAt === undefined ? undefined : { createdAt: draft.createdAt }),
    parentSessionId: (parent?.id as string | undefined) ?? "",
    ancestors: parent === undefined ? "" : ancestorsOfChild(parent),
  });
}

/**
 * A child may be met before its parent: then the parent is made, empty, under the key by which it will be found. It is as
 * old as the child until its own file tells: of today, it would stand before all others for ever.
 */
async function makeParent(
  where: Where,
  { externalKey: key }: { readonly externalKey: string },
  createdAt: number | undefined,
): Promise<Row | undefined> {
  const draft: ImportedSession = { type: "session", externalKey: key };
  return makeImportedSession(where, createdAt === undefined ? draft : { ...draft, createdAt });
}

/** Finds a session by its external key, or makes it, empty; undefined: it was deleted here. */
export async function makeImportedSession(where: Where, draft: ImportedSession): Promise<Row | undefined> {
  const known = await findImportedSession(where, draft);
  if (known.row !== undefined || known.deleted !== undefined) return known.row;
  const { store, tenant } = where.throughline;
  await store.commit({ tenant, writes: known.creation });
  const { answers } = await store.read({
    tenant,
    requests: [
      { type: "get", kind: "sessions", keys: [uniqueKeyOf(where, draft.externalKey)], select: "all" },
    ],
  });
  return answers[0][0];
}

/** What a file says of its session, as arguments. What can't be stored (an absurdly long path) is left out. */
function draftFields({
  title,
  model,
  workspacePath,
  metadata,
}: Partial<ImportedSession>): Record<string, unknown> {
  const given = { title, model, workspacePath, metadata };
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && isAccepted({ [name]: value })),
  );
}

function isAccepted(input: Record<string, unknown>): boolean {
  try {
    sessionFields(parseInput(sessionInput, input, "session"));
    return true;
  } catch (error) {
    if (isThroughlineError(error)) return false;
    throw error;
  }
}

/** What a file says beside the draft. */
interface Beside {
  /** The title that the last import wrote. */
  readonly importedTitle: string | undefined;
  /** The project that it belongs to, where it has none. */
  readonly project?: string | undefined;
}

/**
 * What has to change for a session that is there to be as the file says; undefined: nothing. A title that a person gave, the
 * folder that it began in, and its project stay.
 */
export function sessionUpdate(
  row: Row,
  draft: ImportedSession,
  { importedTitle, project = "" }: Beside,
): StoredRecord | undefined {
  const { title, workspacePath, metadata, ...rest } = draftFields(draft);
  const fields = sessionFields({
    ...rest,
    ...(row.title === "" || row.title === importedTitle ? { title } : undefined),
    ...(row.workspacePath === "" ? { workspacePath } : undefined),
    ...(metadata === undefined ? undefined : { metadata: { ...readObject(row.metadata), ...metadata } }),
  });
  // What only a child told so far.
  const isOlder =
    draft.createdAt !== undefined && row.lastSeq === 0 && draft.createdAt < Number(row.createdAt);
  const ofProject = row.projectId === "" ? { projectId: project } : undefined;
  const told = { ...fields, ...ofProject, ...(isOlder ? { createdAt: draft.createdAt } : undefined) };
  const changed = Object.entries(told).filter(([name, value]) => row[name] !== value);
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

/** Changes a session as its file says, and makes its project where that is new. */
export function updateSession(session: string, set: StoredRecord, now: number): readonly Write[] {
  return [
    { type: "update", kind: "sessions", key: [session], set: { ...set, updatedAt: now } },
    ...(typeof set.projectId === "string" ? [insertProject(set.projectId, now)] : []),
  ];
}

function readObject(text: unknown): object {
  return typeof text === "string" && text !== "" ? (JSON.parse(text) as object) : {};
}

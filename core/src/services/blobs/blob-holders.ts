/** Which records hold blobs, and how a reference finds the record that it is of. */
import type { Key, Write } from "../../contract/batch.ts";
import { blobsOfMessage } from "../../contract/staged-text.ts";
import type { Row } from "../../model/kind.ts";
import { blobsOfCheckpoint } from "../checkpoints/checkpoint-value.ts";

/** A record that holds a blob, as a reference names it. */
export interface BlobHolder {
  /** The session that the record belongs to; `''` for none. */
  readonly sessionId: string;
  readonly hash: string;
  /** The record's kind. */
  readonly ownerKind: string;
  /** What finds it among those of its session: of a message its id, of a memory's version `<memory>/<version>`, of a link its resource. */
  readonly ownerId: string;
}

interface HolderKind {
  key(sessionId: string, ownerId: string): Key;
  blobs(row: Row): readonly string[];
}

/** Kinds that are not here hold for ever what their references name. */
const holderKinds: ReadonlyMap<string, HolderKind> = new Map([
  [
    "messages",
    { key: (session, owner) => ({ unique: "id", values: [session, owner] }), blobs: blobsOfMessage },
  ],
  ["checkpoints", { key: (session, owner) => [session, owner], blobs: blobsOfCheckpoint }],
  [
    "memory_versions",
    {
      key: (session, owner) => {
        const [memory = "", version] = owner.split("/");
        return [session, memory, Number(version)];
      },
      blobs: ({ valueFormat, memoryValue }) => (valueFormat === "blob" ? [memoryValue as string] : []),
    },
  ],
  // Content that is kept for a session.
  [
    "session_resources",
    { key: (session, owner) => [session, owner], blobs: ({ keptHash }) => [keptHash as string] },
  ],
  ["uploaded_files", { key: (_, owner) => [owner], blobs: ({ hash }) => [hash as string] }],
]);

/** Writes down who holds a blob, with the record that does. */
export function insertReference(holder: BlobHolder): Write {
  const { sessionId, hash, ownerKind, ownerId } = holder;
  const record = { sessionId, hash, ownerKind, ownerId };
  return { type: "insert", kind: "blob_references", record, exists: "keep" };
}

/** Takes it back. */
export function removeReference({ sessionId, hash, ownerKind, ownerId }: BlobHolder): Write {
  return { type: "remove", kind: "blob_references", key: [sessionId, hash, ownerKind, ownerId] };
}

/** The record that a reference is of; undefined for a kind that is not known here. */
export function holderOf({ sessionId, ownerKind, ownerId }: Row): { kind: string; key: Key } | undefined {
  const kind = holderKinds.get(ownerKind as string);
  if (kind === undefined) return undefined;
  return { kind: ownerKind as string, key: kind.key(sessionId as string, ownerId as string) };
}

/** Whether a record of a kind names a blob. */
export function namesBlob(kind: string, row: Row, hash: string): boolean {
  return holderKinds.get(kind)?.blobs(row).includes(hash) === true;
}

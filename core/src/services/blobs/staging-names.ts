/**
 * Who is staging: beside the blobs, which are named by their hashes, lie two sorts of records that are named otherwise.
 *
 * A *list* (`staging <id>`) names the blobs that an append is about to refer to. It is written in one batch with the first
 * of them, and the append expects it to be there. While it is, no sweep takes what it names. One that is older than a day
 * was left behind, and the next sweep removes it.
 *
 * The *mark* (`staging`) says who wrote or extended a list last. A sweep removes a blob only if the mark is as it was
 * before it looked for lists and references: so it never removes what somebody began to stage meanwhile.
 */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";

export const MARK = "staging";
const listPrefix = `${MARK} `;
/** Names of lists are in this range of the key. */
export const listRange = { from: listPrefix, below: `${MARK}!` } as const;

/** How long a blob that nobody refers to, and a list, stay: milliseconds. */
export const UNUSED_FOR_MS = 24 * 60 * 60 * 1000;

export function listName(id: string): string {
  return listPrefix + id;
}

/** Whether a record of `blobs` is a blob: neither a list nor the mark. */
export function isBlob({ hash }: Row): boolean {
  return hash !== MARK && !(hash as string).startsWith(listPrefix);
}

/** Writes a list with these hashes, new or in the place of a shorter one, and leaves the mark. */
export function listWrites(name: string, hashes: readonly string[], id: string, now: number): Write[] {
  const bytes = new TextEncoder().encode(JSON.stringify(hashes));
  const list = { hash: name, size: bytes.length, pieces: 1, encoding: "", createdAt: now, touchedAt: now };
  return [
    insert("blobs", list),
    insert("blob_pieces", { hash: name, piece: 0, bytes }),
    // Never swept, and never read but for its name's sake.
    insert("blobs", { hash: MARK, size: 0, pieces: 0, encoding: id, createdAt: now, touchedAt: 0 }),
  ];
}

function insert(kind: string, record: StoredRecord): Write {
  return { type: "insert", kind, record, exists: "replace" };
}

export function removeList(name: string): Write[] {
  return [
    { type: "remove", kind: "blobs", key: [name] },
    { type: "remove", kind: "blob_pieces", key: [name, 0] },
  ];
}

/** The hashes of a list, from its piece. */
export function readList({ bytes }: Row): readonly string[] {
  return JSON.parse(new TextDecoder().decode(bytes as Uint8Array)) as string[];
}

/** Expects that nobody began to stage since the mark was read. */
export function expectMark(mark: Row | undefined): Expectation {
  return mark === undefined
    ? { type: "absent", kind: "blobs", key: [MARK] }
    : { type: "equals", kind: "blobs", key: [MARK], fields: { encoding: mark.encoding as string } };
}

/** Where an import of a file ended: kept in the store, written with the messages that it stands for. */
import { createHash } from "node:crypto";
import type { Expectation, Write } from "@throughline/core";
import type { ImportPosition, ImportSource, Importer } from "../importer.ts";
import type { Where } from "./import-session.ts";

export interface ImportCursor {
  readonly sourceId: string;
  readonly position: ImportPosition;
  /** Tells a grown file from another one at the same path: see `identityOf`. */
  readonly firstLineHash: string;
  /** The titles that were imported last, by external key: one that a person has changed since is left alone. */
  readonly titles: Readonly<Record<string, string>>;
  /** External keys of sessions that were left out, because they were deleted here. */
  readonly skipped: readonly string[];
}

export interface StoredCursor {
  readonly key: readonly [scope: string, collection: string, key: string];
  readonly cursor: ImportCursor | undefined;
  /** Of its record: two imports of one file do not get in each other's way. */
  readonly revision: number;
}

const scope = "import";

/** The key of where the last import of a file for a user ended. */
export function cursorKey({ tool, user }: Where, path: string): StoredCursor["key"] {
  return [scope, `${tool} files of ${user}`, shortKey(path)];
}

/** Where the last import of a file for a user ended. */
export async function readCursorOf(where: Where, path: string): Promise<StoredCursor> {
  const key = cursorKey(where, path);
  const { store, tenant } = where.throughline;
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "state", keys: [key] }] });
  const row = answers[0][0];
  if (row === undefined) return { key, cursor: undefined, revision: 0 };
  return { key, cursor: JSON.parse(row.value as string) as ImportCursor, revision: row.revision };
}

export function writeCursorOf(stored: StoredCursor, cursor: ImportCursor, now: number): Write {
  const [recordScope, collection, key] = stored.key;
  return {
    type: "insert",
    kind: "state",
    record: {
      scope: recordScope,
      collection,
      key,
      value: JSON.stringify(cursor),
      metadata: "",
      count: 0,
      updatedAt: now,
      expiresAt: 0,
    },
    exists: "replace",
  };
}

/** Expects that no other import of the file has written since. */
export function expectCursor({ key, cursor, revision }: StoredCursor): Expectation {
  return cursor === undefined
    ? { type: "absent", kind: "state", key }
    : { type: "equals", kind: "state", key, fields: { revision } };
}

/** Whether a file is the one that the cursor was in, as far as it goes. */
export function continues(
  cursor: ImportCursor | undefined,
  source: ImportSource,
  firstLineHash: string,
): boolean {
  return (
    cursor !== undefined && cursor.firstLineHash === firstLineHash && cursor.position.offset <= source.size
  );
}

/** Tells a file from another one at the same path: by its first line, which stays, or as an export, which is anew. */
export function identityOf(importer: Importer, source: ImportSource, head: string): string {
  const end = head.indexOf("\n");
  const text =
    importer.isExport === true
      ? JSON.stringify([source.version, source.size, head])
      : end < 0
        ? head
        : head.slice(0, end);
  return createHash("sha256").update(text).digest("hex");
}

/** Keys are bounded, and have neither NUL nor lone surrogates; paths may. */
function shortKey(path: string): string {
  const isShort = path.isWellFormed() && !path.includes("\0") && Buffer.byteLength(path) <= 1_000;
  return isShort ? path : `sha256:${createHash("sha256").update(path).digest("hex")}`;
}

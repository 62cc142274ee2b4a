/** The log of a session: what goes with it when it is removed, without an image of each record that says so. */
import { branches, messages, sessions } from "@throughline/core";
import type { RowDocument, StoredDocument, Tombstone } from "./row-document.ts";
import { isTombstone } from "./row-document.ts";

/** A session's messages, and where its branches begin: their ids begin with the id of their session. */
export const logCollections: ReadonlySet<string> = new Set([messages.name, branches.name]);

/** The id of the session that a message or a branch belongs to: tenant and session. */
export function sessionIdOf(id: string): string {
  return id.slice(0, id.indexOf("\t", id.indexOf("\t") + 1) + 1);
}

/** Whether a document is what a removed session leaves. */
export function isRemovedSession(collection: string, document: StoredDocument): document is Tombstone {
  return collection === sessions.name && isTombstone(document as RowDocument);
}

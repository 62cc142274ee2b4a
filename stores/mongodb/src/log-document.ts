/** The log of a tenant: one document for each commit, or for a group of them; inserting it is the commit. */
import type { FeedChange } from "@throughline/core";
import { encodeKey } from "./ordered-key.ts";
import type { StoredDocument } from "./row-document.ts";

export const LOG = "commit_log";
export const MARKS = "commit_marks";
export const OPERATIONS = "commit_operations";
export const PARTS = "commit_parts";
export const INFO = "store_info";

/** What a document of the log writes: a document of another collection, whole. */
export interface StoredImage {
  /** The collection. */
  readonly c: string;
  readonly d: StoredDocument;
}

/** An entry of the feed. */
export interface StoredEntry {
  readonly position: number;
  readonly at: number;
  readonly user: string;
  /** JSON text: keys hold any text. */
  readonly changes: string;
}

export interface LogDocument {
  /** Tenant and slot. */
  readonly _id: string;
  readonly tenant: string;
  /** Slots have no gaps: the next one is free, or it is lost. */
  readonly slot: number;
  /** The last feed position, this document's entries included. */
  readonly position: number;
  /** The time of its youngest batch, in milliseconds. */
  readonly at: number;
  /** Tells the writer whether a document at this slot is its own. */
  readonly token: string;
  readonly entries: readonly StoredEntry[];
  /** While it holds images: they may not all have been applied. */
  readonly open?: true;
  readonly images?: readonly StoredImage[];
  /** Images that were too large for one document lie in so many parts. */
  readonly parts?: number;
}

/** Some of the images of one document. */
export interface Part {
  readonly _id: string;
  /** As in the document that it belongs to. */
  readonly at: number;
  readonly images: readonly StoredImage[];
}

/** Up to which slot a tenant's log is applied, and the feed position there. */
export interface Mark {
  readonly _id: string;
  readonly slot?: number;
  readonly position?: number;
  /** Entries of the feed up to this position were pruned. */
  readonly floor?: number;
}

/** What an operation answered. */
export interface OperationDocument extends StoredDocument {
  readonly at: number;
  readonly fingerprint: string;
  readonly position: number;
  /** JSON text of its results. */
  readonly results: string;
}

export function slotId(tenant: string, slot: number): string {
  return encodeKey(tenant, [slot]);
}

export function partId(token: string, part: number): string {
  return `${token}/${part}`;
}

export function readChanges({ changes }: StoredEntry): readonly FeedChange[] {
  return JSON.parse(changes) as readonly FeedChange[];
}

/** The record kinds that the suite brings: small ones that use every feature of the model. Stores make tables for them. */
import type { Kind } from "@throughline/core";

/** Plain records: every field type, two unique keys, volatile counters and shapes of one to three fields. */
export const testItems = {
  name: "test_items",
  key: ["id"],
  fields: {
    id: { type: "text" },
    groupId: { type: "text" },
    name: { type: "text" },
    code: { type: "text" },
    title: { type: "text" },
    rank: { type: "integer" },
    flag: { type: "boolean" },
    score: { type: "real", nullable: true },
    size: { type: "integer" },
    tags: { type: "json" },
    metadata: { type: "json" },
    body: { type: "text", heavy: true },
    bytes: { type: "bytes", nullable: true, heavy: true },
    hits: { type: "integer", volatile: true },
    seenAt: { type: "integer", volatile: true },
  },
  unique: {
    name: { fields: ["groupId", "name"], filled: "name" },
    code: { fields: ["code"], filled: "code" },
  },
  shapes: {
    rank: ["groupId", "rank"],
    flag: ["flag", "rank"],
    title: ["title"],
    deep: ["groupId", "flag", "rank"],
  },
} as const satisfies Kind;

/** Records with a time to live, whose unique key is free again when they have ended. */
export const testLeases = {
  name: "test_leases",
  key: ["scope", "name"],
  fields: {
    scope: { type: "text" },
    name: { type: "text" },
    holder: { type: "text" },
    token: { type: "integer" },
    expiresAt: { type: "integer" },
  },
  unique: { holder: { fields: ["holder"], filled: "holder" } },
  shapes: { expiry: ["scope", "expiresAt"] },
  expires: "expiresAt",
} as const satisfies Kind;

/** Records that belong to a session and are hidden with it. */
export const testNotes = {
  name: "test_notes",
  key: ["sessionId", "id"],
  fields: {
    sessionId: { type: "text" },
    id: { type: "text" },
    slug: { type: "text" },
    author: { type: "text" },
    rank: { type: "integer" },
    text: { type: "text" },
  },
  unique: { slug: { fields: ["sessionId", "slug"], filled: "slug" } },
  shapes: { rank: ["sessionId", "rank"], author: ["author", "rank"] },
  session: "sessionId",
} as const satisfies Kind;

/** Records made from others: quiet batches write them. */
export const testVectors = {
  name: "test_vectors",
  key: ["item", "model"],
  fields: {
    item: { type: "text" },
    model: { type: "text" },
    rank: { type: "integer" },
    vector: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: { model: ["model", "rank"] },
  derived: true,
} as const satisfies Kind;

/** Pieces of large values: quiet durable batches write them before the batch that names them. */
export const testPieces = {
  name: "test_pieces",
  key: ["hash", "piece"],
  fields: {
    hash: { type: "text" },
    piece: { type: "integer" },
    bytes: { type: "bytes", heavy: true },
  },
  unique: {},
  shapes: {},
  staged: true,
} as const satisfies Kind;

/** All of them: a store under test is opened with these beside the product's kinds. */
export const testKinds: readonly Kind[] = [testItems, testLeases, testNotes, testVectors, testPieces];

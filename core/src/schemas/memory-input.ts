/** What a caller gives to remember something, and to find it again. */
import * as v from "valibot";
import { fromJsonNames, withJsonNames } from "./json-names.ts";
import { metadata } from "./json-value.ts";
import { pageSize } from "./page-size.ts";
import { keyText, label, notDots, queryText } from "./text.ts";

/** A hundred years. */
const longestTtl = 3_155_760_000;

const integer = v.pipe(v.number("must be a number"), v.safeInteger("must be an integer"));
const version = v.pipe(integer, v.minValue(1, "must be at least 1"));

/** Any text of 1 to 255 bytes that can be one part of a path: no slash, no control character, neither `.` nor `..`. */
const memoryKey = v.pipe(
  label,
  v.regex(
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    /^[^/\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/,
    "must have neither slashes nor control characters, such as line breaks",
  ),
  notDots,
);

const ttlSeconds = v.pipe(
  integer,
  v.minValue(1, "must be at least 1"),
  v.maxValue(longestTtl, `must be at most ${longestTtl}`),
);

/** What taught a memory: a message, a tool, or both. */
const provenance = v.strictObject({
  sessionId: v.optional(label),
  messageId: v.optional(keyText),
  toolName: v.optional(label),
  toolCallId: v.optional(keyText),
});

/** Whose a memory is: exactly one of these. */
const ownerEntries = {
  project: v.optional(label),
  user: v.optional(label),
  session: v.optional(label),
};

type Owner = { readonly [Name in keyof typeof ownerEntries]?: unknown };
const hasOneOwner = ({ project, user, session }: Owner): boolean =>
  [project, user, session].filter((owner) => owner !== undefined).length === 1;
const oneOwner = "must have exactly one of project, user and session";

const contentEntries = {
  /** Any text, up to 1 MiB. */
  value: v.string("must be text"),
  /** Left out: as it was. */
  metadata: v.optional(metadata),
  /** Seconds from now; null: it stays for ever. Left out: as long again as it was given last. */
  ttlSeconds: v.optional(v.nullable(ttlSeconds)),
  /** What taught this value. */
  provenance: v.optional(provenance),
};

const operationEntries = {
  /** Refuses the change as a conflict when the newest version is another one; 0: there must be none. */
  expectedVersion: v.optional(v.pipe(integer, v.minValue(0, "must not be negative"))),
  /** Makes a retry safe: kept for 7 days. */
  operationId: v.optional(label),
};

const setEntries = { key: memoryKey, ...contentEntries, ...operationEntries };

export const memoryInput = v.pipe(
  v.strictObject({ ...ownerEntries, ...setEntries }),
  v.check((given) => hasOneOwner(given), oneOwner),
);

/** A memory by whose it is and its key. */
export const memoryAddress = v.pipe(
  v.strictObject({ ...ownerEntries, key: memoryKey }),
  v.check((given) => hasOneOwner(given), oneOwner),
);

const pageEntries = {
  /** Default: 20, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
};

const listEntries = {
  /** Only those in whose key or value these words occur, as in a search. */
  text: v.optional(queryText),
  ...pageEntries,
};

export const memoryList = v.pipe(
  v.strictObject({ ...ownerEntries, ...listEntries }),
  v.check((given) => hasOneOwner(given), oneOwner),
);

export const memoryHistory = v.strictObject(pageEntries);

export const memoryChanges = v.strictObject({
  /** A JSON merge patch. */
  metadata: v.optional(metadata),
  /** Seconds from now; null: it stays for ever. */
  ttlSeconds: v.optional(v.nullable(ttlSeconds)),
});

export const memoryRestore = v.strictObject({ version, ...operationEntries });

export const memoryComparison = v.strictObject({ from: version, to: version });

export const memorySuccessor = v.strictObject({
  /** Default: the key of the memory whose place it takes. */
  key: v.optional(memoryKey),
  ...contentEntries,
  operationId: operationEntries.operationId,
});

/** Memories that are merged at once: each is expected to be as it was read. */
const mergedAtOnce = 12;
export const memoryMerge = v.strictObject({
  ids: v.pipe(
    v.array(label, "must be a list of memory ids"),
    v.minLength(1, "must have at least 1 id"),
    v.maxLength(mergedAtOnce, `must have at most ${mergedAtOnce} ids`),
  ),
  /** The id of the memory that stays, or the key of one in the same place, which is made if it is not there. */
  into: v.union(
    [
      v.strictObject({ id: label }, "must have an id or a key"),
      v.strictObject({ key: memoryKey }, "must have an id or a key"),
    ],
    "must have an id or a key",
  ),
  /** Left out: the value of the memory that stays. */
  value: v.optional(contentEntries.value),
  metadata: contentEntries.metadata,
  ttlSeconds: contentEntries.ttlSeconds,
  provenance: contentEntries.provenance,
  operationId: operationEntries.operationId,
});

const duplicateEntries = {
  /** From 0.5 to 1: how alike two values have to be. Default: 0.85. */
  threshold: v.optional(
    v.pipe(
      v.number("must be a number"),
      v.minValue(0.5, "must be at least 0.5"),
      v.maxValue(1, "must be at most 1"),
    ),
  ),
};

export const duplicateSearch = v.pipe(
  v.strictObject({ ...ownerEntries, ...duplicateEntries }),
  v.check((given) => hasOneOwner(given), oneOwner),
);

export type MemoryOwner = Pick<v.InferInput<typeof memoryInput>, "project" | "user" | "session">;
export type MemoryInput = v.InferInput<typeof memoryInput>;
export type MemoryAddress = v.InferInput<typeof memoryAddress>;
export type MemoryListInput = v.InferInput<typeof memoryList>;
export type MemoryHistoryInput = v.InferInput<typeof memoryHistory>;
export type MemoryChanges = v.InferInput<typeof memoryChanges>;
export type MemoryRestoreInput = v.InferInput<typeof memoryRestore>;
export type MemoryComparisonInput = v.InferInput<typeof memoryComparison>;
export type MemorySuccessorInput = v.InferInput<typeof memorySuccessor>;
export type MemoryMergeInput = v.InferInput<typeof memoryMerge>;
export type DuplicateSearchInput = v.InferInput<typeof duplicateSearch>;
export type MemoryProvenance = v.InferOutput<typeof provenance>;

/** Over HTTP the path says whose memories are meant. */
export const memoryJson: v.GenericSchema = withJsonNames(v.strictObject(setEntries));
export const memoryListNames = { text: "q" } as const;
export const memoryListJson: v.GenericSchema = withJsonNames(
  v.strictObject({ key: v.optional(memoryKey), ...listEntries }),
  memoryListNames,
);
export const memoryHistoryJson: v.GenericSchema = withJsonNames(memoryHistory);
export const memoryChangesJson: v.GenericSchema = withJsonNames(memoryChanges);
export const memoryRestoreJson: v.GenericSchema = withJsonNames(memoryRestore);
export const memoryComparisonJson: v.GenericSchema = withJsonNames(memoryComparison);
export const memorySuccessorJson: v.GenericSchema = withJsonNames(memorySuccessor);
export const memoryMergeJson: v.GenericSchema = withJsonNames(memoryMerge);
export const duplicateSearchJson: v.GenericSchema = withJsonNames(v.strictObject(duplicateEntries));
export const memoryProvenanceJson: v.GenericSchema = withJsonNames(provenance);

/** Arguments for what has the names of JSON, provenance and all. */
export function memoryFromJson(json: object): Record<string, unknown> {
  const { provenance: given, ...rest } = fromJsonNames(json);
  return typeof given === "object" && given !== null
    ? { ...rest, provenance: fromJsonNames(given) }
    : { ...rest, ...(given === undefined ? undefined : { provenance: given }) };
}

/** What a caller gives to record what happened in a session beside its messages. */
import * as v from "valibot";
import { fromJsonNames, withJsonNames } from "./json-names.ts";
import { jsonValue } from "./json-value.ts";
import { pageSize } from "./page-size.ts";
import { accessKind, filePath, importance, resourceContent, resourceFacts } from "./resource-input.ts";
import { keyText, label } from "./text.ts";
import { time } from "./time.ts";

/** Entries of one kind in one request. */
const listLength = 1_000;
/** Bytes of UTF-8 that a search or a decision may have. */
const entryBytes = 1024 * 1024;

/** Any text: also such as databases would change. */
const anyText = v.pipe(
  v.string("must be text"),
  v.nonEmpty("must not be empty"),
  v.check(
    (text) => text.length * 3 <= entryBytes || new TextEncoder().encode(text).length <= entryBytes,
    `must have at most ${entryBytes} bytes`,
  ),
);

const fileInput = v.strictObject({
  path: filePath,
  /** Default: VIEW. */
  kind: v.optional(accessKind),
  /** From 0 to 1. Default: the score stays as it is. */
  importance: v.optional(importance),
  ...resourceFacts,
  content: resourceContent,
  /** When it happened. Default: now. */
  at: v.optional(time),
});
const searchInput = v.strictObject({ query: anyText, at: v.optional(time) });
const decisionInput = v.strictObject({ decision: anyText, at: v.optional(time) });
const memoryReference = v.strictObject({ id: label, key: keyText, at: v.optional(time) });

function listOf<Item extends v.GenericSchema>(item: Item) {
  return v.optional(
    v.pipe(
      v.array(item, "must be a list"),
      v.maxLength(listLength, `must have at most ${listLength} entries`),
    ),
  );
}

const textOr = "must be text, or an object with it and the time";

/** Several kinds at once; what is left out stays as it is. */
export const contextInput = v.strictObject({
  files: listOf(fileInput),
  searches: listOf(v.union([anyText, searchInput], textOr)),
  decisions: listOf(v.union([anyText, decisionInput], textOr)),
  /** That memories were used or made. */
  memories: listOf(memoryReference),
  /** What is open where: any JSON, in the place of what was there. Null: nothing is said of it any longer. */
  workspace: v.optional(jsonValue),
});
export type ContextInput = v.InferInput<typeof contextInput>;
export type CheckedContextInput = v.InferOutput<typeof contextInput>;

export const contextReadInput = v.strictObject({
  /** All entries, however many. Default: the newest 1,000 of each kind. */
  full: v.optional(v.boolean("must be true or false")),
});
export type ContextReadInput = v.InferInput<typeof contextReadInput>;

export const contextFilesInput = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type ContextFilesInput = v.InferInput<typeof contextFilesInput>;

const fileNames = { at: "accessed_at" } as const;
const otherNames = { at: "timestamp" } as const;
const { entries } = contextInput;
const { path, importance: score } = fileInput.entries;

function orNull<Inner extends v.GenericSchema>(inner: Inner) {
  return v.optional(v.nullable(inner));
}

/** The body of a request: one entry of each kind in flat fields, lists, or both. */
const contextBody = v.strictObject({
  file_path: orNull(path),
  file_importance: orNull(score.wrapped),
  search_query: orNull(anyText),
  decision: orNull(anyText),
  memory_id: orNull(label),
  memory_key: orNull(keyText),
  files: withJsonNames(entries.files, fileNames),
  searches: withJsonNames(entries.searches, otherNames),
  decisions: withJsonNames(entries.decisions, otherNames),
  memories: withJsonNames(entries.memories, otherNames),
  workspace: entries.workspace,
});

export const contextJson = v.pipe(
  contextBody,
  v.check(
    (body) => isGiven(body.file_path) || !isGiven(body.file_importance),
    "must have a file_path where it has a file_importance",
  ),
  v.check(
    (body) => isGiven(body.memory_id) === isGiven(body.memory_key),
    "must have memory_id and memory_key together",
  ),
);

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export const contextReadJson: v.GenericSchema = withJsonNames(contextReadInput);
export const contextFilesJson: v.GenericSchema = withJsonNames(contextFilesInput);

/** Arguments for a body that `contextJson` has let through. Flat fields come before the lists. */
export function contextFromJson(body: Readonly<Record<string, unknown>>): ContextInput {
  const { file_path, file_importance, search_query, decision, memory_id, memory_key } = body;
  const importanceGiven = isGiven(file_importance) ? { importance: file_importance } : undefined;
  const list = (name: string, first: unknown, names: { readonly at: string }): object | undefined => {
    const given = (body[name] as readonly unknown[] | undefined) ?? [];
    const read = given.map((item) =>
      typeof item === "object" && item !== null ? fromJsonNames(item, names) : item,
    );
    const all = first === undefined ? read : [first, ...read];
    return all.length === 0 ? undefined : { [name]: all };
  };
  return {
    ...list("files", isGiven(file_path) ? { path: file_path, ...importanceGiven } : undefined, fileNames),
    ...list("searches", search_query ?? undefined, otherNames),
    ...list("decisions", decision ?? undefined, otherNames),
    ...list("memories", isGiven(memory_id) ? { id: memory_id, key: memory_key } : undefined, otherNames),
    ...("workspace" in body ? { workspace: body.workspace } : undefined),
  };
}

/** Content that a caller gives to be kept: text, or bytes. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { filePath } from "./resource-input.ts";
import { label } from "./text.ts";

const hashText = "must be a SHA-256 in hexadecimal";

/** A SHA-256 in any case; kept in lower case. */
export const contentHash = v.pipe(
  v.string(hashText),
  v.regex(/^[\da-f]{64}$/i, hashText),
  v.transform((hash) => hash.toLowerCase()),
);

/** Text is kept as its UTF-8. */
export const content = v.union(
  [
    v.pipe(
      v.string(),
      v.check((text) => text.isWellFormed(), "must have no lone surrogates"),
    ),
    v.instance(Uint8Array<ArrayBufferLike>),
  ],
  (issue) =>
    typeof issue.input === "string"
      ? "must have no lone surrogates: give such content as bytes"
      : "must be text, or bytes as Uint8Array",
);
export type Content = string | Uint8Array;

/** Whose content is meant: a resource by its id, or by its path in the session's project. */
const named = {
  session: label,
  resource: v.optional(label),
  path: v.optional(filePath),
};

const oneName = "must have either the resource or its path";

export const keptContentName = v.pipe(
  v.strictObject(named),
  v.check(({ resource, path }) => (resource === undefined) !== (path === undefined), oneName),
);
export type KeptContentName = v.InferInput<typeof keptContentName>;

export const keepContentInput = v.pipe(
  v.strictObject({
    ...named,
    content,
    /** SHA-256 of the content, to be checked. */
    contentHash: v.optional(contentHash),
  }),
  v.check(({ resource, path }) => (resource === undefined) !== (path === undefined), oneName),
);
export type KeepContentInput = v.InferInput<typeof keepContentInput>;

const { resource, path } = named;
/** Over HTTP the path of the request says whose session it is. */
export const contentNames = { resource: "resource_id" } as const;
export const keptContentNameJson: v.GenericSchema = withJsonNames(
  v.strictObject({ resource, path }),
  contentNames,
);
export const keepContentJson: v.GenericSchema = withJsonNames(
  v.strictObject({
    resource,
    path,
    content: v.string("must be text"),
    /** `utf-8` (default), or `base64` for bytes that are no text. */
    encoding: v.optional(v.picklist(["utf-8", "base64"], "must be utf-8 or base64")),
    contentHash: v.optional(contentHash),
  }),
  contentNames,
);

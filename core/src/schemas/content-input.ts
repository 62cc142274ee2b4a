/** Content that a caller gives to be kept: text, or bytes. */
import * as v from "valibot";

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

import { tokenizerVersion } from "@throughline/core";

/** Raise it with every change to how messages lie in the index. */
const formatVersion = 1;

/** What the rows of the index depend on: their form, the core's tokenizer, and the Unicode tables that this Node brings. */
export const indexVersion = `${formatVersion}.${tokenizerVersion}.${process.versions.unicode ?? ""}`;

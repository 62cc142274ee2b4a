/** What a caller gives about dependencies between resources. */
import * as v from "valibot";
import { withJsonNames } from "./json-names.ts";
import { pageSize } from "./page-size.ts";
import { filePath } from "./resource-input.ts";

/** Dependencies of one resource that are given, and as many that are found. */
export const dependenciesOfSort = 400;
/** Characters of content that references are looked for in. */
const contentLength = 10 * 1024 * 1024;

export const givenDependencies = v.pipe(
  v.array(
    v.strictObject({
      /** Of the same project, in the spelling of its resource; it may not be tracked yet. */
      path: filePath,
      kind: v.optional(v.literal("given", "must be given: others are found")),
    }),
    "must be a list",
  ),
  v.maxLength(dependenciesOfSort, `must have at most ${dependenciesOfSort} entries`),
);
export type GivenDependencies = v.InferInput<typeof givenDependencies>;

export const referringContent = v.pipe(
  v.string("must be text"),
  v.maxLength(contentLength, `must have at most ${contentLength} characters`),
);

export const dependencyListInput = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});
export type DependencyListInput = v.InferInput<typeof dependencyListInput>;

export const givenDependenciesJson: v.GenericSchema = v.strictObject({ dependencies: givenDependencies });
export const referringContentJson: v.GenericSchema = v.strictObject({ content: referringContent });
export const dependencyListJson: v.GenericSchema = withJsonNames(dependencyListInput);

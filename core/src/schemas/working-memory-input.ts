/** What a caller gives to note what holds just now. */
import * as v from "valibot";
import { findNonJson } from "./json-value.ts";
import { label } from "./text.ts";

/** Fields of one patch, and bytes of all their values as JSON. */
const patchFields = 100;
const patchBytes = 1024 * 1024;
const depth = 64;

/** Whose working memory it is: exactly one of these. */
export const workingMemoryOwner = v.pipe(
  v.strictObject({ user: v.optional(label), session: v.optional(label) }),
  v.check(
    ({ user, session }) => (user === undefined) !== (session === undefined),
    "must have exactly one of user and session",
  ),
);

/** A JSON merge patch (RFC 7396): null takes a field out, objects are merged, anything else replaces. */
export const workingMemoryPatch = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const message = findProblem(dataset.value);
    if (message !== undefined) addIssue({ message });
  }),
);

function findProblem(patch: Readonly<Record<string, unknown>>): string | undefined {
  const names = Object.keys(patch);
  if (names.length > patchFields) return `must have at most ${patchFields} fields`;
  if (names.some((name) => !v.is(label, name))) {
    return "must have names of 1 to 255 bytes, without NUL and lone surrogates";
  }
  const problem = findNonJson(patch, depth);
  if (problem !== undefined) return problem;
  const bytes = new TextEncoder().encode(JSON.stringify(patch)).length;
  return bytes > patchBytes ? `must have at most ${patchBytes} bytes` : undefined;
}

export type WorkingMemoryOwner = v.InferInput<typeof workingMemoryOwner>;
export type WorkingMemoryPatch = v.InferInput<typeof workingMemoryPatch>;

/** Which files of its project a content refers to. */
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { dependenciesOfSort } from "../../schemas/dependency-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { GivenContent } from "./background-content.ts";
import { type Candidates, candidatesOf } from "./references/candidates.ts";
import { findReferences } from "./references/find-references.ts";
import {
  type ReplacedDependencies,
  type WantedDependency,
  replaceDependencies,
} from "./replace-dependencies.ts";
import { readByPath } from "./track-accesses.ts";

/** Paths that are looked up at once. */
const lookedUp = 2_000;
/** Bytes that a path may have, roughly: a resource takes no longer one. */
const pathLength = 4_096;

export interface FoundDependencies extends ReplacedDependencies {
  /** Those beyond the first 400, which are not kept. */
  readonly omitted: number;
}

/**
 * Finds what a resource refers to, and puts it in the place of what was found before; what was given stays.
 *
 * @throws ThroughlineError `not_found`; `unsupported` with reason `language`
 */
export async function findDependencies(
  context: ServiceContext,
  id: string,
  content: string,
  options: CallOptions,
): Promise<FoundDependencies> {
  let omitted = 0;
  const find = async (resource: Row): Promise<readonly WantedDependency[]> => {
    const found = await targetsOf(context, resource, content, options);
    omitted = Math.max(found.length - dependenciesOfSort, 0);
    return found.slice(0, dependenciesOfSort);
  };
  const replaced = await replaceDependencies(context, id, "found", find, options);
  return { ...replaced, omitted };
}

/** The same for content that came with an access, where its language is known. */
export async function findGivenDependencies(
  context: ServiceContext,
  { resource, content }: GivenContent,
  options: CallOptions,
): Promise<void> {
  await findDependencies(context, resource, content, options).catch((error: unknown) => {
    if (!isThroughlineError(error) || error.reason !== "language") throw error;
  });
}

async function targetsOf(
  context: ServiceContext,
  { path, projectId }: Row,
  content: string,
  options: CallOptions,
): Promise<readonly WantedDependency[]> {
  const references = findReferences(path as string, content);
  if (references === undefined) throw unknownLanguage(path as string);
  const candidates = references.flatMap((reference) => candidatesOf(path as string, reference) ?? []);
  const isThere = await trackedPaths(context, projectId as string, candidates, options);
  const targets = new Map<string, WantedDependency>();
  for (const { kind, paths, likeliest, unless } of candidates) {
    const target = paths.find((one) => isThere(one) && !isThere(unless?.get(one))) ?? likeliest;
    if (target !== undefined && target !== path && isPath(target))
      targets.set(target, { path: target, kind });
  }
  return [...targets.values()];
}

/** Tells which of the paths are those of resources. */
async function trackedPaths(
  context: ServiceContext,
  project: string,
  candidates: readonly Candidates[],
  options: CallOptions,
): Promise<(path: string | undefined) => boolean> {
  const asked = new Set<string>();
  for (const { paths, unless } of candidates) {
    for (const path of [...paths, ...(unless?.values() ?? [])]) if (isPath(path)) asked.add(path);
  }
  const all = [...asked];
  const tracked = new Set<string>();
  for (let begin = 0; begin < all.length; begin += lookedUp) {
    const found = await readByPath(context, project, all.slice(begin, begin + lookedUp), options);
    for (const path of found.keys()) tracked.add(path);
  }
  return (path) => path !== undefined && tracked.has(path);
}

/** What a resource takes as a path: neither NUL nor lone surrogates, and not too long. */
function isPath(text: string): boolean {
  return text.length <= pathLength && !text.includes("\0") && text.isWellFormed();
}

function unknownLanguage(path: string): ThroughlineError {
  const message = `Dependencies are found in TypeScript, JavaScript, Python and Markdown, not in ${path}: give them with setDependencies.`;
  return new ThroughlineError("unsupported", message, {
    reason: "language",
    outcome: "refused",
    details: { path },
  });
}

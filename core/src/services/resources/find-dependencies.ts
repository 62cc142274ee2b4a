/** Which files of its project a content refers to. */
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { dependenciesOfSort } from "../../schemas/dependency-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { GivenContent } from "./background-content.ts";
import { type Candidates, candidatesOf } from "./references/candidates.ts";
import { findReferences } from "./references/find-references.ts";
import { pathLength } from "./references/paths.ts";
import type { Reference } from "./references/reference.ts";
import {
  type ReplacedDependencies,
  type WantedDependency,
  replaceDependencies,
} from "./replace-dependencies.ts";
import { readByPath } from "./track-accesses.ts";

/** Paths that are looked up at once. */
const lookedUp = 2_000;
/** Different references of one content that are looked at, and those whose files are looked up together. */
const mostReferences = 2_000;
const referencesAtOnce = 100;

export interface FoundDependencies extends ReplacedDependencies {
  /** Those beyond the first 400, which are not kept, and references beyond the first 2,000, which are not looked at. */
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
    const references = referencesOf(resource, content);
    const found = await targetsOf(context, resource, references.slice(0, mostReferences), options);
    const notLookedAt = Math.max(references.length - mostReferences, 0);
    omitted = Math.max(found.length - dependenciesOfSort, 0) + notLookedAt;
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

/** Different ones, in order of appearance. */
function referencesOf({ path }: Row, content: string): readonly Reference[] {
  const references = findReferences(path as string, content);
  if (references === undefined) throw unknownLanguage(path as string);
  return [...new Map(references.map((reference) => [JSON.stringify(reference), reference])).values()];
}

async function targetsOf(
  context: ServiceContext,
  { path, projectId }: Row,
  references: readonly Reference[],
  options: CallOptions,
): Promise<readonly WantedDependency[]> {
  const targets = new Map<string, WantedDependency>();
  for (let begin = 0; begin < references.length; begin += referencesAtOnce) {
    const some = references.slice(begin, begin + referencesAtOnce);
    const candidates = some.flatMap((reference) => candidatesOf(path as string, reference) ?? []);
    const isThere = await trackedPaths(context, projectId as string, candidates, options);
    for (const { kind, paths, likeliest, unless } of candidates) {
      const target = paths.find((one) => isThere(one) && !isThere(unless?.get(one))) ?? likeliest;
      if (target !== undefined && target !== path && isPath(target))
        targets.set(target, { path: target, kind });
    }
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

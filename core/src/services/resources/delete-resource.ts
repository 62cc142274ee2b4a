import type { RemoveMany } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { dependenciesOfSort } from "../../schemas/dependency-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { resourceNotFound } from "./resource.ts";

/** Found and given ones, together. */
const mostDependencies = 2 * dependenciesOfSort;

/**
 * Removes a resource and what it depends on. What depends on it stays, by its path; so do links of sessions, with path and
 * score, and the accesses in their contexts.
 *
 * @throws ThroughlineError `not_found`
 */
export async function deleteResource(
  { store, tenant }: ServiceContext,
  id: string,
  options: CallOptions,
): Promise<void> {
  const { results } = await store.commit(
    {
      tenant,
      writes: [{ type: "remove", kind: "resources", key: [id] }, removalOfDependencies(id)],
    },
    options,
  );
  if (results[0]?.outcome === "absent") throw resourceNotFound(id);
}

/** Removes what a resource depends on. */
export function removalOfDependencies(id: string): RemoveMany {
  return {
    type: "remove-many",
    kind: "resource_dependencies",
    shape: "key",
    prefix: [id],
    limit: mostDependencies,
  };
}

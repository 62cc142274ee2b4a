/** Puts what a resource depends on in the place of what was known: those that were found, or those that were given. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { type Row, type RowOf, completeRecord } from "../../model/kind.ts";
import { resourceDependencies } from "../../model/resources.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { DependencyKind } from "./dependencies.ts";
import { resourceNotFound } from "./resource.ts";
import { pathKeyOf } from "./track-accesses.ts";

/** What replacing changed. */
export interface ReplacedDependencies {
  /** How many of that sort there are now. */
  readonly count: number;
  readonly added: number;
  readonly removed: number;
}

export interface WantedDependency {
  readonly path: string;
  readonly kind: DependencyKind;
}

/**
 * In one batch; the same again writes nothing. What is given stays given, also where it is found, and takes the place of
 * what was found. At most 400.
 *
 * @throws ThroughlineError `not_found`
 */
export async function replaceDependencies(
  context: ServiceContext,
  id: string,
  sort: "given" | "found",
  find: (resource: Row) => Promise<readonly WantedDependency[]>,
  options: CallOptions,
): Promise<ReplacedDependencies> {
  const { store, tenant } = context;
  return repeatOnConflict(
    ({ kind }) => kind === "resources",
    async () => {
      const { resource, rows } = await readDependencies(context, id, options);
      const wanted = wantedByKey(await find(resource), resource);
      const known = new Map(rows.map((row) => [row.targetKey, row]));
      const isOfSort = ({ kind }: { readonly kind: string }): boolean =>
        (kind === "given") === (sort === "given");
      const removals = rows.filter((row) => isOfSort(row) && !wanted.has(row.targetKey));
      const additions = [...wanted].filter(([key, { kind }]) => {
        const row = known.get(key);
        return row === undefined || (row.kind !== "given" && row.kind !== kind);
      });
      const result = { count: wanted.size, added: additions.length, removed: removals.length };
      if (removals.length + additions.length === 0) return result;
      const now = store.now();
      const writes: Write[] = [
        // Of two who replace at once the second has to look again.
        { type: "update", kind: "resources", key: [id], maximum: { updatedAt: now } },
        ...removals.map(({ targetKey }): Write => ({
          type: "remove",
          kind: "resource_dependencies",
          key: [id, targetKey],
        })),
        ...additions.map(([targetKey, { path, kind }]): Write => {
          const record = completeRecord(resourceDependencies, {
            resourceId: id,
            projectId: resource.projectId as string,
            targetPath: path,
            targetKey,
            kind,
            createdAt: now,
          });
          return { type: "insert", kind: "resource_dependencies", record, exists: { set: { kind } } };
        }),
      ];
      const { revision } = resource;
      const expect = [{ type: "equals", kind: "resources", key: [id], fields: { revision } }] as const;
      await store.commit({ tenant, writes, expect }, options);
      return result;
    },
  );
}

async function readDependencies(
  { store, tenant }: ServiceContext,
  id: string,
  options: CallOptions,
): Promise<{
  readonly resource: Row;
  readonly rows: readonly RowOf<typeof resourceDependencies>[];
}> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "resources", keys: [[id]] },
        {
          type: "query",
          kind: "resource_dependencies",
          shape: "key",
          prefix: [id],
          direction: "forward",
          limit: 1_000,
        },
      ],
    },
    options,
  );
  const resource = answers[0][0];
  if (resource === undefined) throw resourceNotFound(id);
  return { resource, rows: answers[1].rows as readonly RowOf<typeof resourceDependencies>[] };
}

/** By the key of their path, the first of each; no resource depends on itself. */
function wantedByKey(
  wanted: readonly WantedDependency[],
  { pathKey }: Row,
): ReadonlyMap<string, WantedDependency> {
  const byKey = new Map<string, WantedDependency>();
  for (const dependency of wanted) {
    const key = pathKeyOf(dependency.path);
    if (key !== pathKey && !byKey.has(key)) byKey.set(key, dependency);
  }
  return byKey;
}

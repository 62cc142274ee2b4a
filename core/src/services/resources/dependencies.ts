/** What resources depend on, and what depends on them. */
import type { CallOptions } from "../../contract/store.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { resourceDependencies } from "../../model/resources.ts";
import { listRows } from "../list-page.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Page } from "../sessions/sessions.ts";
import { resourceNotFound } from "./resource.ts";

/** Found in content, or given by a caller. */
export type DependencyKind = "import" | "link" | "given";

/** One end of a dependency, as the other sees it. */
export interface Dependency {
  /** Null: nobody tracks that path yet, or any longer. */
  readonly resourceId: string | null;
  readonly path: string;
  readonly kind: DependencyKind;
  readonly createdAt: Date;
}

interface PageOptions {
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** Of a resource, by path. @throws ThroughlineError `not_found` */
export async function listDependencies(
  context: ServiceContext,
  id: string,
  page: PageOptions,
  options: CallOptions,
): Promise<Page<Dependency>> {
  const { projectId } = await readResource(context, id, options);
  const whose = { shape: "key", prefix: [id] } as const;
  const { items: rows, ...next } = await readPage(context, `dependencies ${id}`, whose, page, options);
  const keys = rows.map(({ targetKey }) => ({ unique: "path", values: [projectId as string, targetKey] }));
  const targets = await readResources(context, keys, options);
  const items = rows.map((row, index) => {
    const target = targets[index];
    return toDependency(row, (target?.resourceId ?? null) as string | null, row.targetPath);
  });
  return { items, ...next };
}

/** On a resource, by their ids. @throws ThroughlineError `not_found` */
export async function listDependents(
  context: ServiceContext,
  id: string,
  page: PageOptions,
  options: CallOptions,
): Promise<Page<Dependency>> {
  const { projectId, pathKey } = await readResource(context, id, options);
  const whose = { shape: "target", prefix: [projectId as string, pathKey as string] } as const;
  const { items: rows, ...next } = await readPage(context, `dependents ${id}`, whose, page, options);
  const keys = rows.map(({ resourceId }) => [resourceId]);
  const sources = await readResources(context, keys, options);
  // One that was removed since has taken what it depended on along.
  const items = rows.flatMap((row, index) => {
    const source = sources[index];
    return source === undefined ? [] : [toDependency(row, row.resourceId, source.path as string)];
  });
  return { items, ...next };
}

function toDependency(
  { kind, createdAt }: RowOf<typeof resourceDependencies>,
  resourceId: string | null,
  path: string,
): Dependency {
  return { resourceId, path, kind: kind as DependencyKind, createdAt: new Date(createdAt) };
}

async function readResource(
  { store, tenant }: ServiceContext,
  id: string,
  options: CallOptions,
): Promise<Row> {
  const requests = [{ type: "get", kind: "resources", keys: [[id]] }] as const;
  const row = (await store.read({ tenant, requests }, options)).answers[0][0];
  if (row === undefined) throw resourceNotFound(id);
  return row;
}

type Keys = readonly (readonly string[] | { readonly unique: string; readonly values: readonly string[] })[];

async function readResources(
  { store, tenant }: ServiceContext,
  keys: Keys,
  options: CallOptions,
): Promise<readonly (Row | undefined)[]> {
  if (keys.length === 0) return [];
  const requests = [{ type: "get", kind: "resources", keys }] as const;
  return (await store.read({ tenant, requests }, options)).answers[0];
}

async function readPage(
  context: ServiceContext,
  list: string,
  { shape, prefix }: { readonly shape: "key" | "target"; readonly prefix: readonly string[] },
  page: PageOptions,
  options: CallOptions,
): Promise<Page<RowOf<typeof resourceDependencies>>> {
  const query = { kind: "resource_dependencies", shape, prefix, direction: "forward" } as const;
  const { items, ...next } = await listRows(context, { list, query, ...page }, options);
  return { items: items as readonly RowOf<typeof resourceDependencies>[], ...next };
}

/** The nodes of a conversation, in an order in which each follows its parent. */
import { isJsonObject } from "../json-object.ts";
import type { JsonObject } from "../json-object.ts";

export interface TreeNode {
  readonly key: string;
  /** Key of a node before it; undefined for a root. */
  readonly parent: string | undefined;
  readonly value: JsonObject;
}

/**
 * Orders nodes: each branch to its end, siblings as they were made. A node's `parent` counts; where it leads nowhere,
 * the node that lists it as a child is its parent. A circle is cut at the first of its nodes.
 */
export function orderNodes(mapping: JsonObject): readonly TreeNode[] {
  const nodes = new Map(
    Object.entries(mapping).map(([key, value]) => [key, isJsonObject(value) ? value : {}] as const),
  );
  const parents = findParents(nodes);
  const children = findChildren(nodes, parents);
  const roots = [...nodes.keys()].filter((key) => parents.get(key) === undefined);
  const ordered: TreeNode[] = [];
  const placed = new Set<string>();
  // Whoever is not reached from a root is in a circle, or hangs on one.
  for (const root of [...roots, ...nodes.keys()]) {
    const open: { readonly key: string; readonly parent: string | undefined }[] = [
      { key: root, parent: undefined },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { key } = next;
      if (placed.has(key)) continue;
      placed.add(key);
      ordered.push({ ...next, value: nodes.get(key) ?? {} });
      for (const child of (children.get(key) ?? []).toReversed()) open.push({ key: child, parent: key });
    }
  }
  return ordered;
}

function listedChildren(node: JsonObject): readonly string[] {
  const { children } = node;
  return Array.isArray(children) ? children.filter((child) => typeof child === "string") : [];
}

function findParents(nodes: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  for (const [key, { parent }] of nodes) {
    if (typeof parent === "string" && parent !== key && nodes.has(parent)) parents.set(key, parent);
  }
  for (const [key, node] of nodes) {
    for (const child of listedChildren(node)) {
      if (child !== key && nodes.has(child) && !parents.has(child)) parents.set(child, key);
    }
  }
  return parents;
}

/** The children of each node: those that it lists, in that order, then the others. */
function findChildren(
  nodes: ReadonlyMap<string, JsonObject>,
  parents: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, Set<string>>();
  for (const [key, node] of nodes) {
    children.set(key, new Set(listedChildren(node).filter((child) => parents.get(child) === key)));
  }
  for (const [child, parent] of parents) children.get(parent)?.add(child);
  return new Map(Array.from(children, ([key, set]) => [key, [...set]]));
}

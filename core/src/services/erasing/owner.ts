/** Projects and users, as owners of sessions and of what lies beside them. */
import type { Query } from "../../contract/read.ts";
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { ownerFields, ownerValues } from "../memories/memory.ts";

export interface Owner {
  readonly kind: "project" | "user";
  readonly id: string;
}

/** Records that lie together in a shape. */
interface Shelf {
  readonly kind: string;
  readonly shape: string;
  readonly prefix: KeyValues;
}

/** The field of a session, and of a memory, that names its owner. */
export function ownerField({ kind }: Owner): "projectId" | "userId" {
  return kind === "project" ? "projectId" : "userId";
}

/** An owner's sessions, oldest first. */
export function sessionsOf({ kind, id }: Owner): Shelf {
  return { kind: "sessions", shape: kind, prefix: [id] };
}

/** An owner's own memories, those of its sessions left out. */
export function memoriesOf({ kind, id }: Owner): Shelf {
  const owner = kind === "project" ? { project: id } : { user: id };
  return { kind: "project_memories", shape: "accessed", prefix: ownerValues(ownerFields(owner)) };
}

/** What else an owner has beside sessions and memories: records that hold nothing, and that nothing hangs on. */
export function shelvesOf({ kind, id }: Owner): readonly Shelf[] {
  if (kind === "user") {
    return [
      { kind: "working_memories", shape: "key", prefix: ["", id] },
      { kind: "command_usage", shape: "key", prefix: [id] },
    ];
  }
  return [
    { kind: "resource_dependencies", shape: "target", prefix: [id] },
    { kind: "resources", shape: "projectAccessed", prefix: [id] },
  ];
}

/** The record of an owner itself: users have none. */
export function recordOf({
  kind,
  id,
}: Owner): { readonly kind: string; readonly key: KeyValues } | undefined {
  return kind === "project" ? { kind: "projects", key: [id] } : undefined;
}

/** The first records on a shelf. */
export function firstOf(shelf: Shelf, limit: number, select: Query["select"] = "key"): Query {
  return { type: "query", ...shelf, direction: "forward", limit, select };
}

export function ownerNotFound({ kind, id }: Owner): ThroughlineError {
  return new ThroughlineError("not_found", `There is no ${kind} ${id}.`, {
    reason: kind === "project" ? "project" : "user",
    outcome: "refused",
    details: { [kind]: id },
  });
}

/** The ids of rows. */
export function idsOf(rows: readonly Row[]): readonly string[] {
  return rows.map(({ id }) => id as string);
}

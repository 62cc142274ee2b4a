/** What becomes of the sessions that records belong to. */
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

/** `kept`: pinned or held, and what belongs to it stays; `gone`: deleted, or about to be, and what belongs to it goes with it. */
type OwnerFate = "free" | "kept" | "gone";

/** Which of these sessions are held. */
export async function findHeld(
  { store, tenant }: ServiceContext,
  sessions: readonly string[],
  options: CallOptions,
): Promise<ReadonlySet<string>> {
  if (sessions.length === 0) return new Set();
  const keys = sessions.map((id) => [id]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "holds", keys, select: "key" }] },
    options,
  );
  return new Set(sessions.filter((_, index) => answers[0][index] !== undefined));
}

/** The fate of each record's owner; `free` where it has none. `goes` foresees what becomes of a session that nobody holds. */
export async function fatesOfOwners(
  context: ServiceContext,
  rows: readonly Row[],
  goes: (session: Row) => boolean,
  options: CallOptions,
): Promise<(row: Row) => OwnerFate> {
  const owners = [...new Set(rows.map(ownerOf))].filter((owner) => owner !== "");
  if (owners.length === 0) return () => "free";
  const { store, tenant } = context;
  const keys = owners.map((id) => [id]);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys }] },
    options,
  );
  const held = await findHeld(context, owners, options);
  const fates = new Map(
    owners.map((owner, index): readonly [string, OwnerFate] => {
      const session = answers[0][index];
      if (session === undefined) return [owner, "gone"];
      if (held.has(owner)) return [owner, "kept"];
      if (goes(session)) return [owner, "gone"];
      return [owner, session.pinned === true ? "kept" : "free"];
    }),
  );
  return (row) => fates.get(ownerOf(row)) ?? "free";
}

/** The session that a record belongs to; `''`: none. */
export function ownerOf({ sessionId = "" }: Row): string {
  return sessionId as string;
}

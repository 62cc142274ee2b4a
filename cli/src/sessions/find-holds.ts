import type { Hold, JsonObject, Session, Throughline } from "@throughline/core";
import { holdToJson } from "@throughline/core";

/** The holds of sessions, by their ids. */
export type Holds = ReadonlyMap<string, Hold>;

/** The holds that sessions have: one question for a page of them. */
export async function findHolds(
  { store, tenant }: Throughline,
  sessions: readonly Session[],
): Promise<Holds> {
  const keys = sessions.map(({ id }) => [id]);
  if (keys.length === 0) return new Map();
  const { answers } = await store.read({ tenant, requests: [{ type: "get", kind: "holds", keys }] });
  const rows = answers[0].filter((row) => row !== undefined);
  return new Map(
    rows.map(({ sessionId, reason, createdAt }) => {
      const hold = {
        sessionId: sessionId as string,
        reason: reason as string,
        createdAt: new Date(createdAt as number),
      };
      return [hold.sessionId, hold];
    }),
  );
}

/** A session's hold in its JSON; null where nobody holds it. */
export function holdMember(holds: Holds, { id }: Session): { readonly hold: JsonObject | null } {
  const hold = holds.get(id);
  return { hold: hold === undefined ? null : holdToJson(hold) };
}

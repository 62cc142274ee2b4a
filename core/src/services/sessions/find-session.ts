/** How a person names a session. */
import { ThroughlineError } from "../../error.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";

const shortestEnding = 6;
const candidatesShown = 20;

/** The session that a name means: `@last`, a full id, `tool:external key`, or an ending of an id. */
export async function findSession(context: ServiceContext, name: string, options: CallOptions): Promise<Row> {
  const { store, tenant } = context;
  if (name === "@last") return lastSession(context, options);
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[name]] }] },
    options,
  );
  const exact = answers[0][0];
  if (exact !== undefined) return exact;
  const found: Row[] = [];
  const colon = name.indexOf(":");
  const isEnding = name.length >= shortestEnding;
  for await (const row of allSessions(context, options)) {
    const isByKey =
      colon > 0 && row.toolId === name.slice(0, colon) && row.externalKey === name.slice(colon + 1);
    if (isByKey || (isEnding && (row.id as string).endsWith(name))) found.push(row);
  }
  if (found.length > 1) throw ambiguous(name, found);
  if (found[0] !== undefined) return found[0];
  throw sessionNotFound(name);
}

async function lastSession({ store, tenant }: ServiceContext, options: CallOptions): Promise<Row> {
  const newest = {
    type: "query",
    kind: "sessions",
    shape: "activity",
    prefix: [1],
    direction: "backward",
    limit: 1,
  } as const;
  let after: KeyValues | undefined;
  do {
    const query: Query = after === undefined ? newest : { ...newest, after };
    const { answers } = await store.read({ tenant, requests: [query] }, options);
    const [{ rows, next }] = answers;
    if (rows[0] !== undefined) return rows[0];
    // A page may be empty and go on: after thousands of deleted sessions, say.
    after = next;
  } while (after !== undefined);
  throw sessionNotFound("@last");
}

/** Every session of the tenant, by id. */
export function allSessions(
  context: ServiceContext,
  options: CallOptions,
): AsyncGenerator<Row, void, undefined> {
  const byId = { kind: "sessions", shape: "key", prefix: [], direction: "forward", limit: 1_000 } as const;
  return everyRecord(context, byId, options);
}

export function sessionNotFound(name: string): ThroughlineError {
  const message = name === "@last" ? "There is no session yet." : `There is no session ${name}.`;
  return new ThroughlineError("not_found", message, { reason: "session", details: { session: name } });
}

function ambiguous(name: string, found: readonly Row[]): ThroughlineError {
  const candidates = found.slice(0, candidatesShown).map((row) => row.id as string);
  return new ThroughlineError(
    "conflict",
    `${found.length} sessions are meant by ${name}: ${candidates.join(", ")}${found.length > candidatesShown ? ", …" : ""}.`,
    {
      reason: "ambiguous",
      details: { candidates },
    },
  );
}

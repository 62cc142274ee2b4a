/** Finds messages by id in what a fork shares with its ancestors. */
import type { ReadRequest } from "../../contract/read.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import type { KnownLog } from "./known-log.ts";
import { rangeHolding, sessionsOf } from "./shared-history.ts";

const keysPerGet = 1_000;
const getsPerRead = 16;

export interface SharedMessage {
  readonly row: Row;
  /** False: it is a message of an ancestor, but not one that the fork shares. */
  readonly isShared: boolean;
}

/** Messages of the ancestors by id: one that the fork shares goes before one that it does not. */
export async function findShared(
  context: ServiceContext,
  log: KnownLog,
  ids: readonly string[],
  settings: CallSettings,
  select: "plain" | "all" = "plain",
): Promise<ReadonlyMap<string, SharedMessage>> {
  const found = new Map<string, SharedMessage>();
  const ancestors = sessionsOf(log.history);
  const hidden = new Set<string>();
  await findIn(context, log, ancestors, hidden, ids, select, settings, found);
  // Ancestors that were deleted stay readable through the fork.
  if (hidden.size > 0) await findIn(context, log, [...hidden], hidden, ids, select, settings, found);
  return found;
}

async function findIn(
  { store, tenant }: ServiceContext,
  log: KnownLog,
  ancestors: readonly string[],
  hidden: Set<string>,
  ids: readonly string[],
  select: "plain" | "all",
  settings: CallSettings,
  found: Map<string, SharedMessage>,
): Promise<void> {
  const isHidden = hidden.size > 0;
  const keys: KeyValues[] = ancestors.flatMap((ancestor) => ids.map((id) => [ancestor, id]));
  for (let begin = 0; begin < keys.length; begin += keysPerGet * getsPerRead) {
    const part = keys.slice(begin, begin + keysPerGet * getsPerRead);
    const requests: ReadRequest[] = [
      { type: "get", kind: "sessions", keys: [[log.session]] },
      { type: "get", kind: "sessions", keys: ancestors.map((id) => [id]) },
    ];
    for (let at = 0; at < part.length; at += keysPerGet) {
      const unique = part.slice(at, at + keysPerGet).map((values) => ({ unique: "id", values }));
      requests.push({ type: "get", kind: "messages", keys: unique, select, hidden: isHidden });
    }
    const { answers } = await store.read({ tenant, requests }, settings);
    const [own, owners, ...rows] = answers as readonly (readonly (Row | undefined)[])[];
    if (own?.[0] === undefined) throw sessionNotFound(log.session);
    if (!isHidden) ancestors.forEach((id, index) => owners?.[index] ?? hidden.add(id));
    for (const row of rows.flat()) if (row !== undefined) note(log, row, found);
  }
}

function note(log: KnownLog, row: Row, found: Map<string, SharedMessage>): void {
  const id = row.id as string;
  const isShared = rangeHolding(log.history, row.seq as number)?.session === row.sessionId;
  if (isShared || !found.has(id)) found.set(id, { row, isShared });
}

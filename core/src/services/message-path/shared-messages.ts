/** What writers in a fork may do with the messages that it shares: follow them, and nothing else. */
import type { NewMessage } from "../../contract/batch.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { findShared } from "./find-shared.ts";
import { knowLog } from "./know-log.ts";
import { noPosition } from "./read-path.ts";

/** A message that a fork shares, by its id; undefined: there is none, or the session is no fork. */
export async function readShared(
  context: ServiceContext,
  session: string,
  id: string,
  select: "plain" | "all",
  settings: CallSettings,
): Promise<Row | undefined> {
  const log = await knowLog(context, session, settings);
  if (log.forkedAt === 0) return undefined;
  const message = (await findShared(context, log, [id], settings, select)).get(id);
  return message?.isShared === true ? message.row : undefined;
}

/**
 * Refuses to write messages by ids that a fork shares: an id names one message of all that a session reads.
 *
 * @throws ThroughlineError `conflict` with reason `shared_history`, and the session that owns the message in `details`
 */
export async function refuseShared(
  context: ServiceContext,
  session: string,
  ids: readonly string[],
  settings: CallSettings,
): Promise<void> {
  const log = await knowLog(context, session, settings);
  if (log.forkedAt === 0) return;
  const others = await withoutOwn(context, session, ids, settings);
  const shared = await findShared(context, log, others, settings);
  for (const [id, { row, isShared }] of shared) {
    if (!isShared) continue;
    const owner = row.sessionId as string;
    throw new ThroughlineError(
      "conflict",
      `The message ${id} belongs to the session ${owner}: change it there, or give another id.`,
      {
        reason: "shared_history",
        outcome: "refused",
        details: { session, id, owner, seq: row.seq },
      },
    );
  }
}

/** As `refuseShared`, for messages to append; a session that is not there is for the append to refuse. */
export async function refuseSharedIds(
  context: ServiceContext,
  session: string,
  messages: readonly { readonly id?: string | undefined }[],
  settings: CallSettings,
): Promise<void> {
  const ids = messages.map(({ id }) => id).filter((id) => id !== undefined);
  if (ids.length === 0) return;
  try {
    await refuseShared(context, session, ids, settings);
  } catch (error) {
    if (!isThroughlineError(error) || error.code !== "not_found") throw error;
  }
}

/**
 * The messages of an append that a store refused, with positions in the place of parents that only the fork's shared
 * history has; undefined: that was not why.
 *
 * @throws ThroughlineError `invalid` with reason `position` for a parent that the fork does not share
 */
export async function resolveSharedParents(
  context: ServiceContext,
  session: string,
  messages: readonly NewMessage[],
  error: unknown,
  settings: CallSettings,
): Promise<readonly NewMessage[] | undefined> {
  if (!mayBeForParent(error)) return undefined;
  const appended = new Set(messages.map(({ record }) => record.id));
  const named = messages.map(({ parent }) => parent).filter((parent) => typeof parent === "string");
  const parents = [...new Set(named)].filter((parent) => !appended.has(parent));
  if (parents.length === 0) return undefined;
  const log = await knowLog(context, session, settings);
  if (log.forkedAt === 0) return undefined;
  const others = await withoutOwn(context, session, parents, settings);
  const shared = await findShared(context, log, others, settings);
  if (shared.size === 0) return undefined;
  return messages.map((message) => {
    const found = typeof message.parent === "string" ? shared.get(message.parent) : undefined;
    if (found === undefined) return message;
    const seq = found.row.seq as number;
    if (!found.isShared) throw noPosition(log, seq);
    return { ...message, parent: seq };
  });
}

/** A parent that the store does not know is absent, or makes a repeated message look like another. */
export function mayBeForParent(error: unknown): boolean {
  if (!isThroughlineError(error) || error.outcome !== "refused") return false;
  return error.reason === "absent" || error.reason === "different_content";
}

/** The ids that no message of the session itself has. */
async function withoutOwn(
  { store, tenant }: ServiceContext,
  session: string,
  ids: readonly string[],
  settings: CallSettings,
): Promise<readonly string[]> {
  const keys = ids.map((id) => ({ unique: "id", values: [session, id] }));
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "messages", keys, select: "key" }] },
    settings,
  );
  return ids.filter((_, index) => answers[0][index] === undefined);
}

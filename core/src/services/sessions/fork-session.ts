/** A child that shares its parent's history up to a position, without copying it. */
import type { Write } from "../../contract/batch.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row, StoredRecord } from "../../model/kind.ts";
import { type ForkInput, forkInput } from "../../schemas/fork-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { sessionNotFound } from "./find-session.ts";
import { knowPath, learnLog } from "../message-path/know-log.ts";
import { noPosition } from "../message-path/read-path.ts";
import { writeHistory } from "../message-path/shared-history.ts";
import type { ServiceContext } from "../service-context.ts";
import { ancestorsOfChild, newSessionRecord, sessionFields } from "./session.ts";
import type { CallSettings } from "./sessions.ts";

/** What a fork has of its parent, unless it is given otherwise. */
const inherited = ["userId", "projectId", "toolId", "model", "workspacePath"] as const;

/**
 * Makes the child, counts it in its parent, and copies the parent's settings: one batch, which a parent that was deleted
 * meanwhile refuses. `forks` counts the children that share history, not those that are only linked.
 */
export async function forkSession(
  context: ServiceContext,
  id: string,
  input: ForkInput,
  settings: CallSettings,
): Promise<StoredRecord> {
  const { store, tenant } = context;
  const { atSeq, ...given } = parseInput(forkInput, input, "fork");
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[id]], select: "all" },
        { type: "get", kind: "chat_settings", keys: [[id]], select: "all" },
      ],
    },
    settings,
  );
  const [[parent], [chatSettings]] = answers;
  if (parent === undefined) throw sessionNotFound(id);
  const log = learnLog(context, parent);
  const forkedAt = atSeq ?? (parent.headSeq as number);
  if (!log.holds(forkedAt)) throw noPosition(log, forkedAt);
  const history = writeHistory(await knowPath(context, log, forkedAt, settings));
  const now = store.now();
  const child = newSessionRecord(context.generateId(), now, {
    ...Object.fromEntries(inherited.map((field) => [field, parent[field] ?? ""])),
    ...sessionFields(given),
    parentSessionId: id,
    ancestors: ancestorsOfChild(parent),
    history,
    forkedAt,
    lastSeq: forkedAt,
    headSeq: forkedAt,
  });
  const writes: Write[] = [
    { type: "insert", kind: "sessions", record: child, exists: "fail" },
    { type: "update", kind: "sessions", key: [id], increment: { forks: 1 } },
    ...(chatSettings === undefined ? [] : [settingsOf(chatSettings, child, now)]),
  ];
  const isThere = { type: "equals", kind: "sessions", key: [id], fields: { hiddenAt: 0 } } as const;
  try {
    await store.commit({ tenant, writes, expect: [isThere] }, settings);
  } catch (error) {
    throw isThroughlineError(error) && error.reason === "expectation" ? sessionNotFound(id) : error;
  }
  return child;
}

function settingsOf(row: Row, child: StoredRecord, now: number): Write {
  const { revision: _, ...settings } = row;
  const record = { ...settings, sessionId: child.id as string, createdAt: now, updatedAt: now };
  return { type: "insert", kind: "chat_settings", record, exists: "fail" };
}

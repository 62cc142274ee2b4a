/** Holds: as long as a session has one, nobody deletes it, and no clean-up touches it. */
import * as v from "valibot";
import type { Expectation, Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { holds } from "../../model/session-settings.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { prose } from "../../schemas/text.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";

export interface Hold {
  readonly sessionId: string;
  /** Why, for people; may be empty. */
  readonly reason: string;
  readonly createdAt: Date;
}

export const holdInput = v.strictObject({ reason: v.optional(prose) });
export type HoldInput = v.InferInput<typeof holdInput>;

/** Expects that nobody holds the session: a hold that comes at the same time wins, or finds it gone. */
export function expectNotHeld(session: string): Expectation {
  return { type: "absent", kind: "holds", key: [session] };
}

/** Whether a commit was refused because the session is held. */
export function isHeldRefusal(error: unknown): boolean {
  return isThroughlineError(error) && error.reason === "expectation" && error.details?.kind === "holds";
}

export function sessionHeld(session: string): ThroughlineError {
  return new ThroughlineError("conflict", `The session ${session} is held: release it first.`, {
    reason: "held",
    outcome: "refused",
    details: { session },
  });
}

/** Holds a session; one that is held gets the new reason. */
export async function holdSession(
  context: ServiceContext,
  session: string,
  input: HoldInput,
  options: CallOptions,
): Promise<Hold> {
  const { reason = "" } = parseInput(holdInput, input, "hold");
  const record = { sessionId: session, reason, createdAt: context.store.now() };
  await commitOwned(
    context,
    session,
    {
      type: "insert",
      kind: "holds",
      record,
      exists: { set: { reason } },
    },
    options,
  );
  const held = await readHold(context, session, options);
  return held ?? toHold(record);
}

/** Lets go of a session; one that is not held is no error. */
export async function releaseSession(
  context: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<void> {
  await commitOwned(context, session, { type: "remove", kind: "holds", key: [session] }, options);
}

async function commitOwned(
  { store, tenant }: ServiceContext,
  session: string,
  write: Write,
  options: CallOptions,
): Promise<void> {
  // The guard expects an owner that has a name to be there.
  const isThere = { type: "equals", kind: "sessions", key: [session], fields: { hiddenAt: 0 } } as const;
  try {
    await store.commit({ tenant, writes: [write], expect: [isThere] }, options);
  } catch (error) {
    const isGone = isThroughlineError(error) && error.reason === "expectation";
    throw isGone ? sessionNotFound(session) : error;
  }
}

/** The hold of a session, if it has one. @throws ThroughlineError `not_found` */
export async function readHold(
  { store, tenant }: ServiceContext,
  session: string,
  options: CallOptions,
): Promise<Hold | undefined> {
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        { type: "get", kind: "sessions", keys: [[session]], select: "key" },
        { type: "get", kind: "holds", keys: [[session]] },
      ],
    },
    options,
  );
  const [[found], [row]] = answers;
  if (found === undefined) throw sessionNotFound(session);
  return row === undefined ? undefined : toHold(row);
}

function toHold(row: Omit<Row, "revision">): Hold {
  const { sessionId, reason, createdAt } = row as RowOf<typeof holds>;
  return { sessionId, reason, createdAt: new Date(createdAt) };
}

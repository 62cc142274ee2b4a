/** What goes with each write of something that a session carries. */
import type { Expectation, Update } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import { isThroughlineError } from "../../error.ts";
import type { Row } from "../../model/kind.ts";
import { sessionNotFound } from "./find-session.ts";
import type { ServiceContext } from "../service-context.ts";

/** A session as it is now. @throws ThroughlineError `not_found` with reason `session` */
export async function readSession(
  { store, tenant }: ServiceContext,
  id: string,
  options: CallOptions,
): Promise<Row> {
  const { answers } = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[id]] }] },
    options,
  );
  const row = answers[0][0];
  if (row === undefined) throw sessionNotFound(id);
  return row;
}

/**
 * Raises a session's last activity, and makes an expired one active again, as an append does. `row` is the session as it
 * was read: the batch expects it to be there still, and of the same status.
 */
export function touchSession(
  { id, status }: Row,
  now: number,
): { readonly write: Update; readonly expect: Expectation } {
  const key = [id as string];
  return {
    write: {
      type: "update",
      kind: "sessions",
      key,
      maximum: { lastActivity: now, updatedAt: now },
      ...(status === "expired" ? { set: { status: "active" } } : undefined),
    },
    expect: {
      type: "equals",
      kind: "sessions",
      key,
      fields: { hiddenAt: 0, status: status as string },
    },
  };
}

/** Whether a session got another status since it was read: then all is read again (`repeatOnConflict`). */
export function isStatusChange({
  kind,
  field,
}: {
  readonly kind?: unknown;
  readonly field?: unknown;
}): boolean {
  return kind === "sessions" && field === "status";
}

/** Whether a commit was refused because its session is not there, or no longer. */
export function isSessionGone(error: unknown): boolean {
  return (
    isThroughlineError(error) &&
    error.reason === "expectation" &&
    error.details?.kind === "sessions" &&
    error.details.field !== "status"
  );
}

/** What a commit failed with, as its caller is told: `not_found` where the session is not there, or no longer. */
export function asSessionNotFound(error: unknown, session: string): unknown {
  return isSessionGone(error) ? sessionNotFound(session) : error;
}

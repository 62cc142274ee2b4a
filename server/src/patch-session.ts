/** Changes of a session as a JSON merge patch. */
import {
  type Session,
  type SessionChanges,
  type Sessions,
  fromJsonNames,
  isThroughlineError,
  mergePatch,
  sessionChangesJson,
  sessionNames,
} from "@throughline/core";
import * as v from "valibot";
import { entriesOf } from "./schema-entries.ts";

const attempts = 10;

/** What null means for fields that are never null: how they are in a new session. */
const emptied: Readonly<Record<string, unknown>> = {
  pinned: false,
  tags: [],
  metadata: {},
  metrics: {},
  listed: true,
  status: "active",
};

/** What can be patched: the fields that can be changed, each also null. */
export const sessionPatch: v.GenericSchema = v.strictObject(
  Object.fromEntries(
    Object.entries(entriesOf(sessionChangesJson)).map(([name, schema]) => [
      name,
      Object.hasOwn(emptied, name) ? v.optional(v.nullable(schema)) : schema,
    ]),
  ),
);

/** Applies a patch that `sessionPatch` has let through. @throws ThroughlineError `not_found`, `conflict`, `invalid` */
export async function patchSession(
  sessions: Sessions,
  id: string,
  patch: Readonly<Record<string, unknown>>,
): Promise<Session> {
  const changes = Object.fromEntries(
    Object.entries(patch).map(([name, value]) => [name, value ?? emptied[name] ?? value]),
  );
  const merged = (["metadata", "metrics"] as const).filter(
    (name) => patch[name] !== undefined && patch[name] !== null,
  );
  const given = fromJsonNames(changes, sessionNames) as SessionChanges;
  if (merged.length === 0) return sessions.update(id, given);
  for (let attempt = 1; ; attempt += 1) {
    const session = await sessions.get(id);
    const objects = Object.fromEntries(merged.map((name) => [name, mergePatch(session[name], patch[name])]));
    try {
      // What was merged holds only for the revision that it was merged with.
      return await sessions.update(id, { expectedRevision: session.revision, ...given, ...objects });
    } catch (error) {
      const mayRepeat = given.expectedRevision === undefined && attempt < attempts;
      if (!mayRepeat || !isThroughlineError(error) || error.reason !== "expectation") throw error;
    }
  }
}

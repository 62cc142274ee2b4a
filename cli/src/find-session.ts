import { type Session, type Throughline, ThroughlineError, isThroughlineError } from "@throughline/core";

/** An id as they are made, or an ending of one, in letters of any case. */
const idEnding = /^[0-9a-f-]{6,36}$/i;
const fullId = /^[0-9a-f-]{36}$/i;

/**
 * The session that a person means. Ids are made in lower case, so an ending in capitals is one too.
 *
 * @throws ThroughlineError `not_found`, which says what a name can be; `conflict` with reason `ambiguous`
 */
export async function findSession(
  { sessions }: Pick<Throughline, "sessions">,
  name: string,
): Promise<Session> {
  try {
    return await sessions.find(name);
  } catch (error) {
    if (!isThroughlineError(error) || error.code !== "not_found" || name === "@last") throw error;
    const lower = name.toLowerCase();
    if (lower !== name && idEnding.test(name)) return findSession({ sessions }, lower);
    throw new ThroughlineError("not_found", `${error.message} ${adviceOn(name)}`, {
      reason: "session",
      cause: error,
      ...(error.details === undefined ? undefined : { details: error.details }),
    });
  }
}

function adviceOn(name: string): string {
  const list = "List what there is with: throughline sessions --all";
  if (fullId.test(name))
    return `If it was deleted, this brings it back: throughline undelete ${name}. ${list}`;
  return `A short name is an ending of an id, at least 6 characters long, and not its beginning. ${list}`;
}

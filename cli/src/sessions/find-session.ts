import { type Session, type Throughline, ThroughlineError, isThroughlineError } from "@throughline/core";
import { didYouMean } from "../arguments/similar-names.ts";
import { suggestSessions } from "./suggest-sessions.ts";

/** An id as they are made, or an ending of one, in letters of any case. */
const idEnding = /^[0-9a-f-]{6,36}$/i;
const fullId = /^[0-9a-f-]{36}$/i;

/**
 * The session that a person means. Ids are made in lower case, so an ending in capitals is one too.
 *
 * @throws ThroughlineError `not_found`, which says what a name can be, and what may have been meant; `conflict` with reason `ambiguous`
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
    const meant = didYouMean(await suggestSessions({ sessions }, name));
    throw new ThroughlineError("not_found", `${error.message} ${adviceOn(name, meant)}`, {
      reason: "session",
      cause: error,
      ...(error.details === undefined ? undefined : { details: error.details }),
    });
  }
}

function adviceOn(name: string, meant: string): string {
  const list = `${meant}List what there is with: throughline sessions --all, and what was deleted with: throughline sessions --deleted`;
  if (fullId.test(name)) {
    return `If it was deleted, this brings it back: throughline undelete ${name}. ${list}`;
  }
  if (name.includes(":")) return list;
  return `A short name is an ending of an id, at least 6 characters long, and not its beginning. ${list}`;
}

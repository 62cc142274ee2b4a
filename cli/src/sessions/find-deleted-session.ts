import { type Session, type Throughline, isThroughlineError } from "@throughline/core";
import { findSession } from "./find-session.ts";

/** An id as they are made. */
const fullId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The session that a person means. With `isDeletedToo`, a full id may be that of a deleted one, which has no other name:
 * whether there is such a one shows when it is erased.
 *
 * @throws ThroughlineError as `findSession`
 */
export async function findDeletedOrSession(
  throughline: Throughline,
  name: string,
  isDeletedToo: boolean,
): Promise<Pick<Session, "id" | "title">> {
  try {
    return await findSession(throughline, name);
  } catch (error) {
    const isId = isDeletedToo && isThroughlineError(error) && error.code === "not_found" && fullId.test(name);
    if (!isId) throw error;
    return { id: name.toLowerCase(), title: null };
  }
}

import { type Session, type Throughline, ThroughlineError, isThroughlineError } from "@throughline/core";

/**
 * The position that a branch ends at, as a person names it: the position itself, or the id of the message there.
 *
 * @throws ThroughlineError `not_found` with reason `message`; `invalid` with reason `position`
 */
export async function findBranch({ messages }: Throughline, { id }: Session, name: string): Promise<number> {
  if (/^\d{1,15}$/.test(name)) {
    const branch = Number(name);
    // Refuses a position that there is none of, before anything of the session is written.
    await messages.list(id, { branch, last: 1 });
    return branch;
  }
  try {
    return (await messages.get(id, name)).seq;
  } catch (error) {
    if (!isThroughlineError(error) || error.code !== "not_found") throw error;
    throw new ThroughlineError(
      "not_found",
      `${error.message} A branch is named by the position or the id of its last message: throughline show ${id} --branches`,
      { reason: "message", cause: error },
    );
  }
}

import {
  type Session,
  type Sessions,
  type Throughline,
  ThroughlineError,
  isThroughlineError,
  sessionToJson,
} from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";

const shortestEnding = 6;
const trashPage = 1_000;

export async function undeleteSession(name: string, options: CommonOptions): Promise<number> {
  return withThroughline(options, "changes", async ({ sessions }) => {
    const wasThere = await isThere(sessions, name);
    const session = await undelete(sessions, name.toLowerCase());
    if (options.json === true) await printJson(sessionToJson(session));
    else await writeOutput(`${session.id} ${wasThere ? "was not deleted" : "is back"}.\n`);
    return exitCodes.success;
  });
}

/** By the full id, or an ending of it that one session in the trash has. */
async function undelete(sessions: Sessions, name: string): Promise<Session> {
  try {
    return await sessions.undelete(name);
  } catch (error) {
    if (!isThroughlineError(error) || error.code !== "not_found") throw error;
    const [found, ...others] = await findInTrash({ sessions }, name);
    if (found === undefined) throw notInTrash(name, error);
    if (others.length > 0) throw ambiguous(name, [found, ...others]);
    return sessions.undelete(found);
  }
}

/** Ids of deleted sessions that end so. */
async function findInTrash(
  { sessions }: Pick<Throughline, "sessions">,
  ending: string,
): Promise<readonly string[]> {
  if (ending.length < shortestEnding) return [];
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await sessions.trash({
      limit: trashPage,
      ...(cursor === undefined ? undefined : { cursor }),
    });
    found.push(...page.items.map(({ id }) => id).filter((id) => id.endsWith(ending)));
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

async function isThere(sessions: Sessions, id: string): Promise<boolean> {
  try {
    await sessions.get(id);
    return true;
  } catch (error) {
    if (isThroughlineError(error) && error.code === "not_found") return false;
    throw error;
  }
}

function ambiguous(name: string, ids: readonly string[]): ThroughlineError {
  const message = `${ids.length} deleted sessions are meant by ${name}: ${ids.join(", ")}.`;
  return new ThroughlineError("conflict", message, { reason: "ambiguous", details: { candidates: ids } });
}

function notInTrash(name: string, cause: ThroughlineError): ThroughlineError {
  const message = `There is no deleted session ${name}. Its name is its id, or the last 6 characters of it or more; those that can be brought back are listed by: throughline sessions --deleted`;
  return new ThroughlineError("not_found", message, { reason: "session", details: { session: name }, cause });
}

import type { Session, Throughline } from "@throughline/core";
import { editDistance } from "../arguments/similar-names.ts";
import { oneLine } from "../terminal/printable.ts";

/** Of all sessions, those that were active last are looked at. */
const lookedAt = 10_000;
const pageSize = 1_000;
const mostShown = 3;
const shortestName = 3;
/** No name of a session that a person types is longer; comparing takes time by the square of it. */
const longestName = 200;
const longestTitle = 40;
const mostTolerated = 3;

/** How a person may name the sessions that a name, which is none's, may stand for: the likeliest first. */
export async function suggestSessions(
  { sessions }: Pick<Throughline, "sessions">,
  name: string,
): Promise<readonly string[]> {
  if (name.length < shortestName || name.length > longestName) return [];
  const found: { readonly rank: number; readonly text: string }[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < lookedAt; seen += pageSize) {
    const page = await sessions.list({
      all: true,
      limit: pageSize,
      ...(cursor === undefined ? undefined : { cursor }),
    });
    for (const session of page.items) {
      const rank = rankOf(session, name.toLowerCase());
      if (rank !== undefined) found.push({ rank, text: describe(session) });
    }
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return found
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, mostShown)
    .map(({ text }) => text);
}

/** 0 for what is most likely meant; undefined for what is not. */
function rankOf({ id, toolId, externalKey, title }: Session, name: string): number | undefined {
  const key = externalKey?.toLowerCase();
  if (key !== undefined && (name === key || name.endsWith(`:${key}`))) return 0;
  // A character may be missing, or be one too many.
  const lengths = [name.length, name.length + 1, name.length - 1];
  const ending = Math.min(...lengths.map((length) => distanceWithin(name, id.slice(-length))));
  if (ending <= toleranceFor(name)) return ending;
  if (key !== undefined && name.includes(":")) {
    const whole = `${toolId ?? ""}:${key}`;
    const distance = distanceWithin(name, whole);
    if (distance <= toleranceFor(whole)) return distance;
  }
  if (id.startsWith(name)) return 4;
  return title?.toLowerCase().includes(name) === true ? 5 : undefined;
}

/** The edit distance, where names of such lengths can be near each other at all. */
function distanceWithin(name: string, other: string): number {
  return Math.abs(name.length - other.length) > mostTolerated ? Infinity : editDistance(name, other);
}

/** Endings of six characters differ from each other in few places by chance. */
function toleranceFor(name: string): number {
  if (name.length < 8) return name.length < 6 ? 0 : 1;
  return name.length < 20 ? 2 : mostTolerated;
}

function describe({ id, title }: Session): string {
  if (title === null) return id;
  const line = oneLine(title);
  return `${id} (${line.length > longestTitle ? `${line.slice(0, longestTitle - 1).toWellFormed()}…` : line})`;
}

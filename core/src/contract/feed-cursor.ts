import { ThroughlineError } from "../error.ts";

/** A place in the feed: a position, and the incarnation of the store that counted it. */
export interface FeedCursor {
  /** Renewed whenever positions may repeat: a restored copy, a fail-over that lost something. */
  readonly incarnation: string;
  readonly position: number;
}

export function formatFeedCursor({ incarnation, position }: FeedCursor): string {
  return `${incarnation}.${position}`;
}

/** Reads a cursor; refuses what no store can have given. */
export function parseFeedCursor(text: string): FeedCursor {
  const match = /^([0-9A-Za-z-]{1,64})\.(\d{1,15})$/.exec(text);
  if (match === null) {
    throw new ThroughlineError("invalid", "This is not a cursor of the change feed.", { reason: "cursor" });
  }
  return { incarnation: match[1] as string, position: Number(match[2]) };
}

/** What a stream of server-sent events is written in: blocks of lines, in UTF-8. */
import { type FeedEntry, formatFeedCursor } from "@throughline/core";

const encoder = new TextEncoder();

/** An entry of the feed as an event. Its id is the place of this very entry, to go on after. */
export function changeBlock(entry: FeedEntry, incarnation: string): Uint8Array {
  const { position, at, user, changes } = entry;
  const data = {
    position,
    at: new Date(at).toISOString(),
    user_id: user === "" ? null : user,
    changes: changes.map(({ kind, change, key, session, count }) => ({
      kind,
      change,
      key,
      session_id: session === "" ? null : session,
      ...(count === undefined ? undefined : { count }),
    })),
  };
  return block(`event: change\nid: ${formatFeedCursor({ incarnation, position })}`, data);
}

/** The past can't be gone on from: the client reads everything again, and follows from this place. */
export function startOverBlock(cursor: string): Uint8Array {
  return block(`event: start-over\nid: ${cursor}`, { cursor });
}

/** The last event of a stream that the server ends. */
export function endBlock(reason: string): Uint8Array {
  return block("event: end", { reason });
}

/**
 * The beginning of a stream: how long a client waits before it comes again, and the place that it would go on from. An id
 * without data is no event: clients only remember it.
 */
export function openingBlock(cursor: string | undefined): Uint8Array {
  return encoder.encode(`: open\nretry: 1000\n${idLine(cursor)}\n`);
}

/** Shows that the connection is alive, and moves the place on where nothing fitted the client's filter. */
export function heartbeatBlock(cursor: string | undefined): Uint8Array {
  return encoder.encode(`: heartbeat\n${idLine(cursor)}\n`);
}

function idLine(cursor: string | undefined): string {
  return cursor === undefined ? "" : `id: ${cursor}\n`;
}

function block(head: string, data: object): Uint8Array {
  return encoder.encode(`${head}\ndata: ${JSON.stringify(data)}\n\n`);
}

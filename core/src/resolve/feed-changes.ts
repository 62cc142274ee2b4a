import type { FeedChange } from "../contract/changes.ts";
import type { StoredRecord } from "../model/kind.ts";
import { SESSION_LOG_FIELDS } from "../model/sessions.ts";
import type { Image } from "./lookup.ts";
import type { Resolving } from "./resolve-batch.ts";

/** What the feed says of a batch: keys and kinds, and the owner of the session that changed. */
export function feedChanges({ batch, records }: Resolving): { changes: readonly FeedChange[]; user: string } {
  if (batch.quiet !== undefined) return { changes: [], user: "" };
  const appended = new Map<string, { key: readonly [string, number]; count: number }>();
  const changes: FeedChange[] = [];
  let user = "";
  for (const image of records.images) {
    if (image.kind.name === "sessions" && image.type !== "remove") user ||= image.row.userId as string;
    if (image.kind.name === "messages" && image.type === "insert") countAppended(appended, image.row);
    else if (!isImplied(image)) changes.push(feedChange(image));
  }
  for (const { key, count } of appended.values()) {
    changes.push({ kind: "messages", change: "append", key, session: key[0], count });
  }
  return { changes, user };
}

function countAppended(
  appended: Map<string, { key: readonly [string, number]; count: number }>,
  row: StoredRecord,
): void {
  const session = row.sessionId as string;
  const known = appended.get(session);
  if (known === undefined) appended.set(session, { key: [session, row.seq as number], count: 1 });
  else known.count += 1;
}

const impliedFields: ReadonlySet<string> = new Set([...SESSION_LOG_FIELDS, "revision"]);

/** An append or a put says for itself that its session's log changed and where branches begin. */
function isImplied(image: Image): boolean {
  if (image.kind.name === "branches") return true;
  if (image.kind.name !== "sessions" || image.type !== "update" || !("lastSeq" in image.set)) return false;
  return Object.keys(image.set).every((field) => impliedFields.has(field));
}

function feedChange(image: Image): FeedChange {
  const { kind, key, type } = image;
  const owner = kind.name === "sessions" ? key[0] : ownerOf(image);
  const removed = type === "update" && kind.name === "messages" && "removedAt" in image.set;
  return {
    kind: kind.name,
    change: removed ? "remove" : type,
    key,
    session: typeof owner === "string" ? owner : "",
  };
}

function ownerOf(image: Image): unknown {
  const { kind, key } = image;
  if (kind.session === undefined) return "";
  if (image.type !== "remove") return image.row[kind.session];
  const index = kind.key.indexOf(kind.session);
  return index < 0 ? "" : key[index];
}

/** What always holds in a sound database. Each rule finds where it does not hold: the session's id or NULL, and a message. */
import type { CheckRule } from "@throughline/store-sql";

const session = `"throughline"."session_rows" s
    JOIN "throughline"."session_logs" l ON l."tenant_id" = s."tenant_id" AND l."session_id" = s."session_id"`;

function sameSession(left: string, right: string): string {
  return `${left}."tenant_id" = ${right}."tenant_id" AND ${left}."session_id" = ${right}."session_id"`;
}

/** A session's own messages begin after the position that it was forked at. */
const missingPositions: CheckRule = {
  problem: "missing_positions",
  sql: `
    SELECT s."session_id", format('Positions %s to %s should be there; %s messages are, from %s to %s.',
      s."forked_at" + 1, l."last_seq", coalesce(m.count, 0), coalesce(m.first, 0), coalesce(m.last, 0))
    FROM ${session}
    LEFT JOIN (
      SELECT "tenant_id", "session_id", count(*) AS count, min("seq") AS first, max("seq") AS last
      FROM "throughline"."messages" GROUP BY "tenant_id", "session_id"
    ) m ON ${sameSession("m", "s")}
    WHERE coalesce(m.count, 0) <> l."last_seq" - s."forked_at"
      OR (m.count > 0 AND (m.first <> s."forked_at" + 1 OR m.last <> l."last_seq"))`,
};

const wrongCounts: CheckRule = {
  problem: "wrong_counts",
  sql: `
    SELECT s."session_id", format('The session counts %s messages and %s tokens; it has %s and %s.',
      l."message_count", l."token_count", coalesce(m.count, 0), coalesce(m.tokens, 0))
    FROM ${session}
    LEFT JOIN (
      SELECT "tenant_id", "session_id", count(*) AS count, sum("token_count") AS tokens
      FROM "throughline"."messages" WHERE "removed_at" = 0 GROUP BY "tenant_id", "session_id"
    ) m ON ${sameSession("m", "s")}
    WHERE l."message_count" <> coalesce(m.count, 0) OR l."token_count" <> coalesce(m.tokens, 0)`,
};

const missingHead: CheckRule = {
  problem: "missing_head",
  sql: `
    SELECT s."session_id", format('The head is position %s, where no message is.', l."head_seq")
    FROM ${session}
    WHERE l."head_seq" > s."forked_at" AND NOT EXISTS (
      SELECT 1 FROM "throughline"."messages" m WHERE ${sameSession("m", "l")} AND m."seq" = l."head_seq")`,
};

const wrongParent: CheckRule = {
  problem: "wrong_parent",
  sql: `
    SELECT m."session_id", format('The message at position %s follows position %s, which is not before it.',
      m."seq", m."parent_seq")
    FROM "throughline"."messages" m
    WHERE m."parent_seq" NOT BETWEEN 0 AND m."seq" - 1`,
};

const missingBranch: CheckRule = {
  problem: "missing_branch",
  sql: `
    SELECT m."session_id", format('The message at position %s follows position %s, but no branch says so.',
      m."seq", m."parent_seq")
    FROM "throughline"."messages" m
    WHERE m."parent_seq" <> m."seq" - 1 AND NOT EXISTS (
      SELECT 1 FROM "throughline"."branches" b
      WHERE ${sameSession("b", "m")} AND b."seq" = m."seq" AND b."parent_seq" = m."parent_seq")`,
};

const extraBranch: CheckRule = {
  problem: "extra_branch",
  sql: `
    SELECT b."session_id", format('A branch begins at position %s after %s, but no message does.',
      b."seq", b."parent_seq")
    FROM "throughline"."branches" b
    WHERE NOT EXISTS (
      SELECT 1 FROM "throughline"."messages" m
      WHERE ${sameSession("m", "b")} AND m."seq" = b."seq" AND m."parent_seq" = b."parent_seq"
        AND b."parent_seq" <> b."seq" - 1)`,
};

const missingLog: CheckRule = {
  problem: "missing_log",
  sql: `
    SELECT s."session_id", 'The session has no row in session_logs.'
    FROM "throughline"."session_rows" s
    WHERE NOT EXISTS (SELECT 1 FROM "throughline"."session_logs" l WHERE ${sameSession("l", "s")})`,
};

const wrongShelf: CheckRule = {
  problem: "wrong_shelf",
  sql: `
    SELECT s."session_id", format('session_logs lists the session as %s, session_rows as %s.', l."listed", s."listed")
    FROM ${session}
    WHERE l."listed" <> s."listed"`,
};

const orphan: CheckRule = {
  problem: "orphan",
  sql: `
    SELECT o."session_id", format('%s rows of %s belong to a session that is not there.', count(*), o.source)
    FROM (
      SELECT 'messages' AS source, "tenant_id", "session_id" FROM "throughline"."messages"
      UNION ALL SELECT 'branches', "tenant_id", "session_id" FROM "throughline"."branches"
      UNION ALL SELECT 'session_logs', "tenant_id", "session_id" FROM "throughline"."session_logs"
      UNION ALL SELECT 'chat_settings', "tenant_id", "session_id" FROM "throughline"."chat_settings"
      UNION ALL SELECT 'holds', "tenant_id", "session_id" FROM "throughline"."holds"
    ) o
    WHERE NOT EXISTS (SELECT 1 FROM "throughline"."session_rows" s WHERE ${sameSession("s", "o")})
    GROUP BY o.source, o."tenant_id", o."session_id"`,
};

/** A blob's hash is not computed again: that would take minutes on a large database. Packed ones are smaller. */
const incompleteBlob: CheckRule = {
  problem: "incomplete_blob",
  sql: `
    WITH named AS (
      SELECT "tenant_id", "session_id", "seq", 'content' AS field, "content" AS hash
      FROM "throughline"."messages" WHERE "content_format" = 'blob'
      UNION ALL
      SELECT DISTINCT "tenant_id", "session_id", "seq", 'content', part ->> 'hash'
      FROM "throughline"."messages", json_array_elements(
        (CASE "content_format" WHEN 'parts' THEN "content" ELSE '{"blobs":[]}' END)::json -> 'blobs') part
      UNION ALL
      SELECT "tenant_id", "session_id", "seq", 'native', substring("native" FROM '"blob":"([0-9a-f]{64})"\\}$')
      FROM "throughline"."messages"
      WHERE length("native") < 10000 AND "native" LIKE '{"format"%"blob":"%"}'
    )
    SELECT n."session_id", format('The %s of position %s is blob %s: %s pieces and %s bytes of %s and %s are there.',
      n.field, n."seq", n.hash, count(p."hash"), coalesce(sum(length(p."bytes")), 0), coalesce(b."pieces"::text, '?'),
      coalesce(b."size"::text, '?'))
    FROM named n
    LEFT JOIN "throughline"."blobs" b ON b."tenant_id" = n."tenant_id" AND b."hash" = n.hash
    LEFT JOIN "throughline"."blob_pieces" p ON p."tenant_id" = n."tenant_id" AND p."hash" = n.hash
    WHERE n.hash IS NOT NULL
    GROUP BY n."tenant_id", n."session_id", n."seq", n.field, n.hash, b."hash", b."pieces", b."size", b."encoding"
    HAVING b."hash" IS NULL OR count(p."hash") <> b."pieces"
      OR (b."encoding" = '' AND coalesce(sum(length(p."bytes")), 0) <> b."size")
      OR (b."pieces" > 0 AND (min(p."piece") <> 0 OR max(p."piece") <> b."pieces" - 1))`,
};

/** What the feed tells of appends to sessions that are there. */
const appends = `
    WITH told AS (
      SELECT "tenant_id", "position", "session_id", "first_seq", "message_count"
      FROM "throughline"."changes" WHERE "entries" IS NULL
      UNION ALL
      SELECT c."tenant_id", c."position", e -> 'key' ->> 0, (e -> 'key' ->> 1)::bigint, (e ->> 'count')::bigint
      FROM "throughline"."changes" c, json_array_elements(c."entries"::json) e
      WHERE c."entries" IS NOT NULL AND e ->> 'change' = 'append'
    )`;

const brokenFeed: CheckRule = {
  problem: "incomplete_feed",
  sql: `${appends}
    SELECT f."session_id", format('Feed position %s tells of messages from %s on; the ones before it end at %s.',
      f."position", f."first_seq", f.next - 1)
    FROM (
      SELECT told.*, lag("first_seq" + "message_count") OVER (
        PARTITION BY "tenant_id", "session_id" ORDER BY "position") AS next
      FROM told
    ) f
    JOIN ${session} ON ${sameSession("s", "f")}
    WHERE f.next <> f."first_seq"`,
};

/** Where nothing was pruned, the feed tells of every message; elsewhere of every one after the first that it tells of. */
const untoldMessages: CheckRule = {
  problem: "incomplete_feed",
  sql: `${appends}, ends AS (
      SELECT "tenant_id", "session_id", min("first_seq") AS first, max("first_seq" + "message_count" - 1) AS last
      FROM told GROUP BY "tenant_id", "session_id"
    )
    SELECT s."session_id", format('The feed does not tell of the message at position %s.',
      CASE WHEN e.last < l."last_seq" THEN e.last + 1 ELSE s."forked_at" + 1 END)
    FROM ${session}
    LEFT JOIN ends e ON ${sameSession("e", "s")}
    LEFT JOIN "throughline"."feed_floors" f ON f."tenant_id" = s."tenant_id"
    WHERE e.last <> l."last_seq"
      OR (f."position" IS NULL AND l."last_seq" > s."forked_at" AND e.first IS DISTINCT FROM s."forked_at" + 1)`,
};

const repeatedPositions: CheckRule = {
  problem: "incomplete_feed",
  sql: `
    SELECT NULL, format('The feed ends at %s, and positions are counted on from %s: they would come again.',
      c.last, p.last_value)
    FROM (
      SELECT greatest((SELECT max("position") FROM "throughline"."changes"),
        (SELECT max("position") FROM "throughline"."feed_floors")) AS last
    ) c, "throughline"."positions" p
    WHERE c.last > p.last_value`,
};

const missingInfo: CheckRule = {
  problem: "missing_info",
  sql: `
    SELECT NULL, format('store_info has no %s.', wanted.name)
    FROM (VALUES ('incarnation'), ('schema_version')) wanted (name)
    WHERE wanted.name NOT IN (SELECT "name" FROM "throughline"."store_info" WHERE "value" <> '')`,
};

export const checkRules: readonly CheckRule[] = [
  missingPositions,
  wrongCounts,
  missingHead,
  wrongParent,
  missingBranch,
  extraBranch,
  missingLog,
  wrongShelf,
  orphan,
  incompleteBlob,
  brokenFeed,
  untoldMessages,
  repeatedPositions,
  missingInfo,
];

import type { CheckRule as Rule } from "@throughline/store-sql";
import { messageOfSlice } from "./search-rows.ts";

/** A session's own messages begin after the position that it was forked at. */
const missingPositions: Rule = {
  problem: "missing_positions",
  sql: `
    SELECT s.session_id, printf('Positions %d to %d should be there; %d messages are, from %d to %d.',
      s.forked_at + 1, l.last_seq, coalesce(m.count, 0), coalesce(m.first, 0), coalesce(m.last, 0))
    FROM session_logs l
    JOIN session_rows s ON s.session_key = l.session_key
    LEFT JOIN (
      SELECT session_key, count(*) AS count, min(seq) AS first, max(seq) AS last FROM message_rows GROUP BY session_key
    ) m ON m.session_key = l.session_key
    WHERE coalesce(m.count, 0) <> l.last_seq - s.forked_at
      OR (m.count > 0 AND (m.first <> s.forked_at + 1 OR m.last <> l.last_seq))`,
};

const wrongCounts: Rule = {
  problem: "wrong_counts",
  sql: `
    SELECT s.session_id, printf('The session counts %d messages and %d tokens; it has %d and %d.',
      l.message_count, l.token_count, coalesce(m.count, 0), coalesce(m.tokens, 0))
    FROM session_logs l
    JOIN session_rows s ON s.session_key = l.session_key
    LEFT JOIN (
      SELECT session_key, count(*) AS count, sum(token_count) AS tokens FROM message_rows
      WHERE removed_at = 0 GROUP BY session_key
    ) m ON m.session_key = l.session_key
    WHERE l.message_count <> coalesce(m.count, 0) OR l.token_count <> coalesce(m.tokens, 0)`,
};

const missingHead: Rule = {
  problem: "missing_head",
  sql: `
    SELECT s.session_id, printf('The head is position %d, where no message is.', l.head_seq)
    FROM session_logs l
    JOIN session_rows s ON s.session_key = l.session_key
    WHERE l.head_seq > s.forked_at AND NOT EXISTS (
      SELECT 1 FROM message_rows m WHERE m.session_key = l.session_key AND m.seq = l.head_seq)`,
};

const wrongParent: Rule = {
  problem: "wrong_parent",
  sql: `
    SELECT s.session_id, printf('The message at position %d follows position %d, which is not before it.',
      m.seq, m.parent_seq)
    FROM message_rows m
    JOIN session_rows s ON s.session_key = m.session_key
    WHERE m.parent_seq NOT BETWEEN 0 AND m.seq - 1`,
};

const missingBranch: Rule = {
  problem: "missing_branch",
  sql: `
    SELECT s.session_id, printf('The message at position %d follows position %d, but no branch says so.',
      m.seq, m.parent_seq)
    FROM message_rows m
    JOIN session_rows s ON s.session_key = m.session_key
    WHERE m.parent_seq <> m.seq - 1 AND NOT EXISTS (
      SELECT 1 FROM branches b
      WHERE b.session_key = m.session_key AND b.seq = m.seq AND b.parent_seq = m.parent_seq)`,
};

const extraBranch: Rule = {
  problem: "extra_branch",
  sql: `
    SELECT s.session_id, printf('A branch begins at position %d after %d, but no message does.', b.seq, b.parent_seq)
    FROM branches b
    JOIN session_rows s ON s.session_key = b.session_key
    WHERE NOT EXISTS (
      SELECT 1 FROM message_rows m
      WHERE m.session_key = b.session_key AND m.seq = b.seq AND m.parent_seq = b.parent_seq AND b.parent_seq <> b.seq - 1)`,
};

const missingLog: Rule = {
  problem: "missing_log",
  sql: `
    SELECT session_id, 'The session has no row in session_logs.'
    FROM session_rows
    WHERE session_key NOT IN (SELECT session_key FROM session_logs)`,
};

const wrongShelf: Rule = {
  problem: "wrong_shelf",
  sql: `
    SELECT s.session_id, printf('The session stands on shelf %d of the list, not on %d.', l.shelf, s.tenant * 2 + s.listed)
    FROM session_logs l
    JOIN session_rows s ON s.session_key = l.session_key
    WHERE l.shelf <> s.tenant * 2 + s.listed`,
};

const unknownTenant: Rule = {
  problem: "unknown_tenant",
  sql: `
    SELECT session_id, printf('The session belongs to tenant %d, which is not in the table tenants.', tenant)
    FROM session_rows
    WHERE tenant NOT IN (SELECT tenant FROM tenants)`,
};

const orphan: Rule = {
  problem: "orphan",
  sql: `
    SELECT NULL, printf('%d rows of %s belong to session number %d, which is not there.', count(*), source, session_key)
    FROM (
      SELECT 'message_rows' AS source, session_key FROM message_rows
      UNION ALL SELECT 'branches', session_key FROM branches
      UNION ALL SELECT 'session_logs', session_key FROM session_logs
    )
    WHERE session_key NOT IN (SELECT session_key FROM session_rows)
    GROUP BY source, session_key`,
};

const orphanedSettings: Rule = {
  problem: "orphan",
  sql: `
    SELECT o.session_id, printf('A row of %s belongs to a session that is not there.', o.source)
    FROM (
      SELECT 'chat_settings' AS source, tenant, session_id FROM chat_settings
      UNION ALL SELECT 'holds', tenant, session_id FROM holds
    ) o
    WHERE NOT EXISTS (SELECT 1 FROM session_rows s WHERE s.tenant = o.tenant AND s.session_id = o.session_id)`,
};

/** A blob's hash is not computed again: reading every byte would take minutes on a large file. Packed ones are smaller. */
const incompleteBlob: Rule = {
  problem: "incomplete_blob",
  sql: `
    WITH named AS (
      SELECT session_key, seq, 'content' AS field, content AS hash FROM message_rows WHERE content_format = 'blob'
      UNION ALL
      SELECT DISTINCT session_key, seq, 'content', part.value ->> '$.hash'
      FROM message_rows, json_each(CASE content_format WHEN 'parts' THEN content ELSE '{}' END, '$.blobs') part
      UNION ALL
      SELECT session_key, seq, 'native', native ->> '$.blob' FROM message_rows
      WHERE octet_length(native) < 10000 AND native LIKE '{"format"%"blob":"%"}' AND native ->> '$.blob' IS NOT NULL
    )
    SELECT s.session_id, printf('The %s of position %d is blob %s: %d pieces and %d bytes of %s and %s are there.',
      n.field, n.seq, n.hash, count(p.hash), coalesce(sum(length(p.bytes)), 0), coalesce(b.pieces, '?'),
      coalesce(b.size, '?'))
    FROM named n
    JOIN session_rows s ON s.session_key = n.session_key
    LEFT JOIN blobs b ON b.tenant = s.tenant AND b.hash = n.hash
    LEFT JOIN blob_pieces p ON p.tenant = s.tenant AND p.hash = n.hash
    GROUP BY n.session_key, n.seq, n.field, n.hash
    HAVING b.hash IS NULL OR count(p.hash) <> b.pieces OR (b.encoding = '' AND coalesce(sum(length(p.bytes)), 0) <> b.size)
      OR (b.pieces > 0 AND (min(p.piece) <> 0 OR max(p.piece) <> b.pieces - 1))`,
};

const wrongSearchProgress: Rule = {
  problem: "wrong_search_progress",
  sql: `
    SELECT NULL, CASE
      WHEN p.position IS NULL THEN 'search_progress has no row for search_index.'
      ELSE printf('search_index has followed the feed to position %d, but the feed ends at %d.', p.position, f.last) END
    FROM (SELECT coalesce(max(position), 0) AS last FROM changes) f
    LEFT JOIN search_progress p ON p.index_name = 'search_index'
    WHERE p.position IS NULL OR p.position > f.last`,
};

/** What was erased must not be found by its words. */
const orphanedSearchRows: Rule = {
  problem: "orphaned_search_rows",
  sql: `
    SELECT NULL, printf('search_index holds %d messages that are not there.',
      count(DISTINCT iif(id > 0, id, ${messageOfSlice("id")})))
    FROM search_index_docsize
    WHERE iif(id > 0, id, ${messageOfSlice("id")}) NOT IN (SELECT message_key FROM message_rows)
    HAVING count(*) > 0`,
};

const missingInfo: Rule = {
  problem: "missing_info",
  sql: `
    SELECT NULL, printf('store_info has no %s.', wanted.column1)
    FROM (VALUES ('incarnation'), ('feed_floor')) wanted
    WHERE wanted.column1 NOT IN (SELECT name FROM store_info WHERE value <> '')`,
};

/** Every rule that SQL alone can check. */
export const fileRules: readonly Rule[] = [
  missingPositions,
  wrongCounts,
  missingHead,
  wrongParent,
  missingBranch,
  extraBranch,
  missingLog,
  wrongShelf,
  unknownTenant,
  orphan,
  orphanedSettings,
  incompleteBlob,
  wrongSearchProgress,
  orphanedSearchRows,
  missingInfo,
];

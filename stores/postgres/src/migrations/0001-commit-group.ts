/**
 * The functions that carry out commits.
 *
 * `lock_tenant` makes the commits of a tenant serial until the transaction ends, that is, until it can be seen by all: so
 * feed positions, which are taken under the lock, are in the order of commits. A volatile function sees in each of its
 * statements what was committed until then, so everything after the lock sees all earlier commits.
 *
 * `commit_group` carries out a group of batches, each of one of three forms:
 *
 * - `append`: new messages at the end of a log whose head is its last message. In every other case it answers
 *   `not plain`, and nothing of the item is written. Appends of one round, which have different sessions and operations,
 *   are carried out by one statement: most of what a statement costs is beginning it. Its plan may be as old as the
 *   connection, from when the tables were empty and every index seemed as good as the next. So it finds a log by its key
 *   once, and changes it where it was found.
 * - `images`: statements that write final values, after statements that check that nothing changed which these values
 *   were made from. One check that answers true makes it `stale`, and nothing of the item is written.
 * - `fence`: keeps a late attempt of a refused operation from being carried out. `stale` if the attempt was quicker.
 *
 * For each item it answers its number, the outcome, the position, and the first position of appended messages. Appends
 * come last: they can't make stale what was resolved just before.
 */
export const commitGroup = `
CREATE FUNCTION "throughline"."lock_tenant"(the_tenant text) RETURNS void LANGUAGE sql VOLATILE AS $function$
  SELECT pg_advisory_xact_lock(hashtextextended(the_tenant, hashtextextended('"throughline"', 0)))
$function$;

CREATE FUNCTION "throughline"."commit_group"(
  the_tenant text, items json, appends json[], is_durable boolean
)
RETURNS TABLE (item_number bigint, item_outcome text, item_position bigint, item_first_seq bigint)
LANGUAGE plpgsql VOLATILE AS $function$
DECLARE
  item record;
  step record;
  is_stale boolean;
  the_round json;
BEGIN
  PERFORM "throughline"."lock_tenant"(the_tenant);
  IF NOT is_durable THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  item_first_seq := 0;
  <<items>>
  FOR item IN SELECT * FROM json_to_recordset(items) AS i(
    number bigint, form text, now bigint, operation text, fingerprint text, checks json, writes json, user_id text,
    feed_session text, feed_first_seq bigint, feed_count bigint, entries text, is_told boolean, session text,
    first_seq bigint, message_ids text[], results text)
  LOOP
    item_number := item.number;
    item_position := 0;
    IF item.form = 'images' THEN
      item_outcome := 'stale';
      FOR step IN SELECT * FROM json_to_recordset(item.checks) AS c(sql text, data json) LOOP
        EXECUTE step.sql INTO is_stale USING the_tenant, step.data;
        IF is_stale THEN
          RETURN NEXT;
          CONTINUE items;
        END IF;
      END LOOP;
      FOR step IN SELECT * FROM json_to_recordset(item.writes) AS w(sql text, data json) LOOP
        EXECUTE step.sql USING the_tenant, step.data;
      END LOOP;
      IF item.is_told THEN
        INSERT INTO "throughline"."changes" ("tenant_id", "position", "at", "user_id", "session_id", "first_seq",
          "message_count", "entries")
        VALUES (the_tenant, nextval('"throughline"."positions"'), item.now, item.user_id, item.feed_session,
          item.feed_first_seq, item.feed_count, item.entries)
        RETURNING "position" INTO item_position;
      ELSE
        SELECT coalesce(max(c."position"), 0) INTO item_position FROM "throughline"."changes" c
        WHERE c."tenant_id" = the_tenant;
      END IF;
      IF item.operation IS NOT NULL THEN
        INSERT INTO "throughline"."operations" ("tenant_id", "operation_id", "at", "fingerprint", "position",
          "session_id", "first_seq", "message_ids", "results")
        VALUES (the_tenant, item.operation, item.now, item.fingerprint, item_position, item.session, item.first_seq,
          item.message_ids, item.results)
        ON CONFLICT ("tenant_id", "operation_id") DO UPDATE SET "at" = excluded."at",
          "fingerprint" = excluded."fingerprint", "position" = excluded."position",
          "session_id" = excluded."session_id", "first_seq" = excluded."first_seq",
          "message_ids" = excluded."message_ids", "results" = excluded."results";
      END IF;
    ELSE
      INSERT INTO "throughline"."operations" ("tenant_id", "operation_id", "at", "fingerprint", "position")
      VALUES (the_tenant, item.operation, item.now, item.fingerprint, 0)
      ON CONFLICT ("tenant_id", "operation_id") DO NOTHING;
      IF NOT FOUND THEN
        item_outcome := 'stale';
        RETURN NEXT;
        CONTINUE items;
      END IF;
    END IF;
    item_outcome := 'done';
    RETURN NEXT;
  END LOOP;
  FOREACH the_round IN ARRAY appends LOOP
    RETURN QUERY
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(the_round) AS a(
        number bigint, now bigint, operation text, fingerprint text, session text, expected bigint, activity bigint,
        added bigint, tokens bigint, known_ids text[], messages json, message_ids text[])
    ), plain AS MATERIALIZED (
      SELECT g.*, s."user_id", l."last_seq", l."place"
      FROM given g
      CROSS JOIN LATERAL (
        SELECT r."user_id", r."hidden_at", r."status" FROM "throughline"."session_rows" r
        WHERE r."tenant_id" = the_tenant AND r."session_id" = g.session OFFSET 0
      ) s
      CROSS JOIN LATERAL (
        SELECT r."last_seq", r."head_seq", r."token_count", r.ctid AS "place" FROM "throughline"."session_logs" r
        WHERE r."tenant_id" = the_tenant AND r."session_id" = g.session OFFSET 0
      ) l
      WHERE s."hidden_at" = 0 AND s."status" <> 'expired' AND l."head_seq" = l."last_seq"
        AND coalesce(g.expected, l."last_seq" + 1) = l."last_seq" + 1
        AND l."last_seq" + g.added <= 9007199254740991 AND abs(l."token_count" + g.tokens) <= 9007199254740991
        AND (g.operation IS NULL OR NOT EXISTS (
          SELECT FROM "throughline"."operations" o
          WHERE o."tenant_id" = the_tenant AND o."operation_id" = g.operation OFFSET 0
        ))
        AND (g.known_ids IS NULL OR NOT EXISTS (
          SELECT FROM unnest(g.known_ids) AS k(id) CROSS JOIN LATERAL (
            SELECT FROM "throughline"."messages" m
            WHERE m."tenant_id" = the_tenant AND m."session_id" = g.session AND m."message_id" = k.id OFFSET 0
          ) m
        ))
    ), added AS (
      INSERT INTO "throughline"."messages" ("tenant_id", "session_id", "seq", "message_id", "parent_seq", "role",
        "content", "content_format", "token_count", "model", "usage", "cost", "metadata", "native", "created_at",
        "updated_at", "removed_at", "revision")
      SELECT the_tenant, p.session, p.last_seq + m.number, m.message_id, p.last_seq + m.number - 1, m.role,
        m.content, m.content_format, m.token_count, m.model, m.usage, m.cost, m.metadata, m.native, m.created_at,
        m.updated_at, 0, 1
      FROM plain p CROSS JOIN LATERAL json_to_recordset(p.messages) AS m(number bigint, message_id text, role text,
        content text, content_format text, token_count bigint, model text, usage text, cost double precision,
        metadata text, native text, created_at bigint, updated_at bigint)
    ), moved AS (
      UPDATE "throughline"."session_logs" l SET "last_seq" = p.last_seq + p.added, "head_seq" = p.last_seq + p.added,
        "message_count" = l."message_count" + p.added, "token_count" = l."token_count" + p.tokens,
        "last_activity" = greatest(l."last_activity", p.activity), "updated_at" = p.now, "revision" = l."revision" + 1
      FROM plain p WHERE l.ctid = p."place"
    ), told AS (
      INSERT INTO "throughline"."changes" ("tenant_id", "position", "at", "user_id", "session_id", "first_seq",
        "message_count")
      SELECT the_tenant, nextval('"throughline"."positions"'), p.now, p.user_id, p.session, p.last_seq + 1, p.added
      FROM plain p
      RETURNING "position", "session_id"
    ), kept AS (
      INSERT INTO "throughline"."operations" ("tenant_id", "operation_id", "at", "fingerprint", "position",
        "session_id", "first_seq", "message_ids")
      SELECT the_tenant, p.operation, p.now, p.fingerprint, t."position", p.session, p.last_seq + 1, p.message_ids
      FROM plain p JOIN told t ON t."session_id" = p.session
      WHERE p.operation IS NOT NULL
    )
    SELECT g.number, CASE WHEN p.number IS NULL THEN 'not plain' ELSE 'done' END, coalesce(t."position", 0),
      coalesce(p.last_seq + 1, 0)
    FROM given g
    LEFT JOIN plain p ON p.number = g.number
    LEFT JOIN told t ON t."session_id" = p.session;
  END LOOP;
END
$function$;
`;

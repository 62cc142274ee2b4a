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
 *   `not plain`, and nothing of the item is written.
 * - `images`: statements that write final values, after statements that check that nothing changed which these values
 *   were made from. One check that answers true makes it `stale`, and nothing of the item is written.
 * - `fence`: keeps a late attempt of a refused operation from being carried out. `stale` if the attempt was quicker.
 *
 * For each item it answers the outcome, the position, and the first position of appended messages.
 */
export const commitGroup = `
CREATE FUNCTION "throughline"."lock_tenant"(the_tenant text) RETURNS void LANGUAGE sql VOLATILE AS $function$
  SELECT pg_advisory_xact_lock(hashtextextended(the_tenant, hashtextextended('"throughline"', 0)))
$function$;

CREATE FUNCTION "throughline"."commit_group"(the_tenant text, items json, is_durable boolean)
RETURNS TABLE (item_outcome text, item_position bigint, item_first_seq bigint)
LANGUAGE plpgsql VOLATILE AS $function$
DECLARE
  item record;
  step record;
  log record;
  is_stale boolean;
BEGIN
  PERFORM "throughline"."lock_tenant"(the_tenant);
  IF NOT is_durable THEN
    PERFORM set_config('synchronous_commit', 'off', true);
  END IF;
  <<items>>
  FOR item IN SELECT * FROM json_to_recordset(items) AS i(
    form text, now bigint, operation text, fingerprint text, session text, expected bigint, activity bigint,
    added bigint, tokens bigint, known_ids text[], messages json, checks json, writes json, user_id text,
    feed_session text, feed_first_seq bigint, feed_count bigint, entries text, is_told boolean, first_seq bigint,
    message_ids text[], results text)
  LOOP
    item_first_seq := 0;
    item_position := 0;
    IF item.form = 'append' THEN
      item_outcome := 'not plain';
      SELECT s."user_id", s."hidden_at", s."status", l."last_seq", l."head_seq", l."token_count", (
          SELECT true FROM "throughline"."operations" o
          WHERE o."tenant_id" = the_tenant AND o."operation_id" = item.operation
        ) AS is_known, (
          SELECT true FROM "throughline"."messages" m
          WHERE m."tenant_id" = the_tenant AND m."session_id" = item.session AND m."message_id" = ANY (item.known_ids)
          LIMIT 1
        ) AS is_there
      INTO log
      FROM "throughline"."session_rows" s
      JOIN "throughline"."session_logs" l ON l."tenant_id" = the_tenant AND l."session_id" = item.session
      WHERE s."tenant_id" = the_tenant AND s."session_id" = item.session;
      IF NOT FOUND OR log.is_known OR log.is_there OR log.hidden_at <> 0 OR log.status = 'expired'
        OR log.head_seq <> log.last_seq OR item.expected <> log.last_seq + 1
        OR log.last_seq + item.added > 9007199254740991 OR abs(log.token_count + item.tokens) > 9007199254740991
      THEN
        RETURN NEXT;
        CONTINUE items;
      END IF;
      item_first_seq := log.last_seq + 1;
      WITH added AS (
        INSERT INTO "throughline"."messages" ("tenant_id", "session_id", "seq", "message_id", "parent_seq", "role",
          "content", "content_format", "token_count", "model", "usage", "cost", "metadata", "native", "created_at",
          "updated_at", "removed_at", "revision")
        SELECT the_tenant, item.session, log.last_seq + m.number, m.message_id, log.last_seq + m.number - 1, m.role,
          m.content, m.content_format, m.token_count, m.model, m.usage, m.cost, m.metadata, m.native, m.created_at,
          m.updated_at, 0, 1
        FROM json_to_recordset(item.messages) AS m(number bigint, message_id text, role text, content text,
          content_format text, token_count bigint, model text, usage text, cost double precision, metadata text,
          native text, created_at bigint, updated_at bigint)
      ), moved AS (
        UPDATE "throughline"."session_logs" l SET "last_seq" = log.last_seq + item.added,
          "head_seq" = log.last_seq + item.added, "message_count" = l."message_count" + item.added,
          "token_count" = l."token_count" + item.tokens, "last_activity" = greatest(l."last_activity", item.activity),
          "updated_at" = item.now, "revision" = l."revision" + 1
        WHERE l."tenant_id" = the_tenant AND l."session_id" = item.session
      ), told AS (
        INSERT INTO "throughline"."changes" ("tenant_id", "position", "at", "user_id", "session_id", "first_seq",
          "message_count")
        VALUES (the_tenant, nextval('"throughline"."positions"'), item.now, log.user_id, item.session,
          item_first_seq, item.added)
        RETURNING "position"
      ), kept AS (
        INSERT INTO "throughline"."operations" ("tenant_id", "operation_id", "at", "fingerprint", "position",
          "session_id", "first_seq", "message_ids")
        SELECT the_tenant, item.operation, item.now, item.fingerprint, t."position", item.session, item_first_seq,
          item.message_ids
        FROM told t WHERE item.operation IS NOT NULL
      )
      SELECT t."position" INTO item_position FROM told t;
    ELSIF item.form = 'images' THEN
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
END
$function$;
`;

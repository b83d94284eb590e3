-- Between the end of a person's record and the destruction of the key there is a moment in which something that began
-- earlier could still be sealed and appended. It would be folded into read models from which the person is gone already,
-- and could not be folded again. The lock of an append is the one place where both are seen in order.

CREATE OR REPLACE FUNCTION ledger.append(
    streams text[], versions bigint[], types text[], schema_versions smallint[], actors text[],
    correlation_ids uuid[], causation_ids text[], trace_ids text[], states text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head bigint;
    recorded_at timestamptz;
    erasures text[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.append', 0));
    erasures := ARRAY(SELECT DISTINCT 'erasure:' || split_part(s.stream, ':', 2) FROM unnest(streams) AS s(stream)
                      WHERE s.stream ~ '^(patient|checkup|user|logins):');
    IF cardinality(erasures) > 0 AND (
        EXISTS (SELECT FROM ledger.events WHERE originator_id = ANY(erasures) AND originator_version = 1)
        -- Several writers' events can come as one append, the end of a record before something that belongs to it.
        OR streams && erasures AND EXISTS (
            SELECT FROM unnest(streams) WITH ORDINALITY AS last(stream, n)
            JOIN unnest(streams) WITH ORDINALITY AS late(stream, n) ON late.n > last.n
            WHERE last.stream = ANY(erasures) AND late.stream ~ '^(patient|checkup|user|logins):'
              AND split_part(late.stream, ':', 2) = split_part(last.stream, ':', 2))
    ) THEN
        -- Answered as what it is for the writer: another one came first, and what was decided has to be decided anew.
        RAISE EXCEPTION 'The record of somebody who was erased has ended.' USING ERRCODE = 'unique_violation';
    END IF;
    recorded_at := clock_timestamp();
    SELECT coalesce(max(notification_id), 0) INTO head FROM ledger.events;
    INSERT INTO ledger.events
    SELECT head + e.n, e.stream, e.version, e.type, e.schema_version, recorded_at, e.actor,
           e.correlation_id, e.causation_id, e.trace_id, e.state
    FROM unnest(streams, versions, types, schema_versions, actors, correlation_ids, causation_ids, trace_ids, states)
         WITH ORDINALITY AS e(stream, version, type, schema_version, actor, correlation_id, causation_id, trace_id, state, n);
    head := head + cardinality(streams);
    -- Appends are serialized already, so NOTIFY's own commit lock costs no concurrency.
    PERFORM pg_notify('ledger', head::text);
    RETURN head;
END $$;

-- The ledger: one append-only table, written only through ledger.append().
CREATE SCHEMA ledger;

-- Column names are those of the eventsourcing library's recorders; the words in this program are
-- position, stream, version, type and data.
CREATE TABLE ledger.events (
    notification_id    bigint      NOT NULL,              -- position: 1, 2, 3 … without gaps, in commit order
    originator_id      text        NOT NULL COLLATE "C",  -- stream; C order makes "all days of one log" a range
    originator_version bigint      NOT NULL,              -- 1, 2, 3 … within the stream
    topic              text        NOT NULL,              -- stable event type, e.g. monitoring.probe-recorded
    schema_version     smallint    NOT NULL,
    recorded_at        timestamptz NOT NULL,              -- this server's clock at the append
    actor              text        NOT NULL,
    correlation_id     uuid        NOT NULL,
    causation_id       text,
    trace_id           text,
    state              text        NOT NULL,              -- JSON exactly as written: proofs are made over these bytes
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE UNIQUE INDEX events_position ON ledger.events (notification_id);

-- Nearly every event is a probe's; the rest is what audit queries by type or actor look for.
CREATE INDEX events_by_type ON ledger.events (topic, notification_id) WHERE topic <> 'monitoring.probe-recorded';
CREATE INDEX events_by_actor ON ledger.events (actor, notification_id) WHERE topic <> 'monitoring.probe-recorded';

CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events never change: % on ledger.events is refused.', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER events_are_never_truncated BEFORE TRUNCATE ON ledger.events
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
-- Not even a session that switches ordinary triggers off (session_replication_role) gets past these.
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_never_change;
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_never_truncated;

-- Append events, all or none, and return the position of the last one.
-- The lock is taken before the head is read and held until commit is visible, so positions are drawn in commit order and
-- an append that rolls back leaves no hole. max() is one probe of events_position.
CREATE FUNCTION ledger.append(
    streams text[], versions bigint[], types text[], schema_versions smallint[], actors text[],
    correlation_ids uuid[], causation_ids text[], trace_ids text[], states text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head bigint;
    recorded_at timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.append', 0));
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

REVOKE ALL ON FUNCTION ledger.append FROM PUBLIC;

-- name: create
-- The audit trail: who did what to what. Everything but observations and pings.
CREATE SCHEMA activity;
CREATE TABLE activity.entries (
    position       bigint      PRIMARY KEY,
    at             timestamptz NOT NULL,   -- when it was recorded, by the ledger's clock
    actor          text        NOT NULL,
    type           text        NOT NULL,
    stream         text        NOT NULL,
    subject_kind   text        NOT NULL,   -- what the stream is about: monitor, incident …
    subject        text        NOT NULL,   -- and its id
    monitor_id     text,
    correlation_id text        NOT NULL,
    causation_id   text,
    data           text        NOT NULL    -- JSON of the event
);
CREATE INDEX entries_by_actor ON activity.entries (actor, position);
CREATE INDEX entries_by_subject ON activity.entries (subject, position);
CREATE INDEX entries_by_monitor ON activity.entries (monitor_id, position);
CREATE INDEX entries_by_type ON activity.entries (type, position);
CREATE INDEX entries_by_correlation ON activity.entries (correlation_id, position);

-- name: save
INSERT INTO activity.entries
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[], %s::text[]);

-- name: list
-- A page of the trail, newest first.
SELECT position, at, actor, type, stream, subject_kind, subject, monitor_id, correlation_id, causation_id, data
FROM activity.entries
WHERE (%(before)s::bigint IS NULL OR position < %(before)s)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(subject)s::text IS NULL OR subject = %(subject)s)
  AND (%(monitor_id)s::text IS NULL OR monitor_id = %(monitor_id)s)
  AND (%(correlation_id)s::text IS NULL OR correlation_id = %(correlation_id)s)
ORDER BY position DESC
LIMIT %(limit)s;

-- name: create
-- The audit trail: who did what to whom, and who was shown whose data. Everything but observations and pings.
CREATE SCHEMA activity;
CREATE TABLE activity.entries (
    position       bigint      PRIMARY KEY,
    at             timestamptz NOT NULL,   -- when it was recorded, by the ledger's clock
    actor          text        NOT NULL,
    type           text        NOT NULL,
    stream         text        NOT NULL,
    subject_kind   text        NOT NULL,   -- what the stream is about: monitor, patient, user …
    subject        text        NOT NULL,   -- and its id
    monitor_id     text,
    correlation_id text        NOT NULL,
    causation_id   text,
    data           text                    -- JSON of the event; NULL where it is sealed under somebody's key
);
CREATE INDEX entries_by_time ON activity.entries (at);
CREATE INDEX entries_by_actor ON activity.entries (actor, position);
CREATE INDEX entries_by_subject ON activity.entries (subject, position);
CREATE INDEX entries_by_monitor ON activity.entries (monitor_id, position);
CREATE INDEX entries_by_type ON activity.entries (type, position);
CREATE INDEX entries_by_correlation ON activity.entries (correlation_id, position);
CREATE TABLE activity.subjects (
    subject  text   COLLATE "C" NOT NULL,   -- id of a patient, checkup, user, key, monitor or incident
    position bigint             NOT NULL,   -- of an entry that concerns it
    PRIMARY KEY (position, subject)
);
CREATE INDEX subjects_trail ON activity.subjects (subject, position);

-- name: columns
position, at, actor, type, stream, subject_kind, subject, monitor_id, correlation_id, causation_id, data

-- name: save
INSERT INTO activity.entries
SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[], %s::text[]);

-- name: save_subjects
INSERT INTO activity.subjects SELECT * FROM unnest(%s::text[], %s::bigint[]);

-- name: list
-- A page of the trail, newest first.
SELECT {columns}
FROM activity.entries
WHERE (%(before)s::bigint IS NULL OR position < %(before)s)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(subject)s::text IS NULL OR subject = %(subject)s)
  AND (%(monitor_id)s::text IS NULL OR monitor_id = %(monitor_id)s)
  AND (%(correlation_id)s::text IS NULL OR correlation_id = %(correlation_id)s)
ORDER BY position DESC
LIMIT %(limit)s;

-- name: narrowed
(%(actors)s::text[] IS NULL OR actor = ANY(%(actors)s))
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(from)s::timestamptz IS NULL OR at >= %(from)s)
  AND (%(to)s::timestamptz IS NULL OR at < %(to)s)
  AND (%(correlation_id)s::text IS NULL OR correlation_id = %(correlation_id)s)

-- name: trail
-- A page of the trail of all contexts, newest first.
SELECT {columns}
FROM activity.entries
WHERE position < %(before)s
  AND {narrowed}
ORDER BY position DESC
LIMIT %(limit)s;

-- name: trail_of_subject
-- The same of everything that concerns one id.
SELECT {columns}
FROM (SELECT position FROM activity.subjects WHERE subject = %(subject)s AND position < %(before)s) AS concerned
     JOIN activity.entries USING (position)
WHERE {narrowed}
ORDER BY position DESC
LIMIT %(limit)s;

-- name: trail_of_checkup
-- The same of one checkup: what concerns it, and who was shown its patient's data since it was recorded, unless what
-- was shown was another checkup, or only what is unusual.
SELECT {columns}
FROM (SELECT position FROM activity.subjects WHERE subject = %(subject)s AND position < %(before)s
      UNION
      SELECT s.position
      FROM activity.subjects AS s JOIN activity.entries AS r USING (position)
      WHERE s.subject = %(patient)s AND s.position < %(before)s
        AND s.position > (SELECT min(position) FROM activity.subjects WHERE subject = %(subject)s)
        AND (r.type = 'checkups.patient-erased'
             OR r.type = 'identity.personal-data-read' AND r.data::json ->> 'operation' <> 'GET /api/v1/audit/unusual'
                AND NOT EXISTS (SELECT FROM activity.subjects AS o
                                WHERE o.position = s.position AND o.subject <> %(patient)s
                                  AND EXISTS (SELECT FROM activity.entries AS c
                                              WHERE c.subject = %(patient)s || ':' || o.subject COLLATE "default")))
     ) AS concerned
     JOIN activity.entries USING (position)
WHERE {narrowed}
ORDER BY position DESC
LIMIT %(limit)s;

-- name: subjects
-- Whom each of these entries concerns.
SELECT position, subject FROM activity.subjects WHERE position = ANY(%s) ORDER BY position, subject;

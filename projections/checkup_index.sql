-- name: create
-- Which checkups a patient has. Nothing here tells who the patient is, nor what was found.
CREATE SCHEMA checkup_index;
CREATE TABLE checkup_index.checkups (
    id          text        COLLATE "C" PRIMARY KEY,
    patient_id  text        COLLATE "C" NOT NULL,
    kind        text        NOT NULL,
    date        date        NOT NULL,   -- of the examination, where it took place
    voided      boolean     NOT NULL,
    version     bigint      NOT NULL,   -- of the checkup's stream
    recorded_at timestamptz NOT NULL,   -- of its first event, by the ledger's clock
    changed_at  timestamptz NOT NULL    -- of its newest
);
CREATE INDEX checkups_of_patient ON checkup_index.checkups (patient_id, date, id);

-- name: columns
id, patient_id, kind, date, voided, version, recorded_at, changed_at

-- name: load
SELECT {columns} FROM checkup_index.checkups WHERE id = ANY(%s);

-- name: save
INSERT INTO checkup_index.checkups
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::boolean[], %s::bigint[], %s::timestamptz[],
                     %s::timestamptz[])
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, date = excluded.date, voided = excluded.voided,
    version = excluded.version, changed_at = excluded.changed_at;

-- name: erase
-- Patients who are to be forgotten.
DELETE FROM checkup_index.checkups WHERE patient_id = ANY(%s);

-- name: list
-- A page of a patient's checkups, newest examination first.
SELECT {columns} FROM checkup_index.checkups
WHERE patient_id = %(patient_id)s
  AND (%(voided)s OR NOT voided)
  AND (%(from)s::date IS NULL OR date >= %(from)s)
  AND (%(to)s::date IS NULL OR date <= %(to)s)
  AND (%(before_id)s::text IS NULL OR (date, id) < (%(before_date)s, %(before_id)s))
ORDER BY date DESC, id DESC
LIMIT %(limit)s;

-- name: newest
-- When each of these patients was last examined.
SELECT patient_id, max(date), count(*) FROM checkup_index.checkups
WHERE patient_id = ANY(%s) AND NOT voided GROUP BY patient_id;

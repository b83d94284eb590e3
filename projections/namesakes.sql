-- name: create
-- Keyed hashes of family names, of users and of patients: to notice who looks at a namesake's record.
CREATE SCHEMA namesakes;
CREATE TABLE namesakes.people (
    id         text   COLLATE "C" PRIMARY KEY,  -- of a user or a patient
    patient    boolean NOT NULL,
    own        text,                            -- of a user: the patient whose record is the user's own
    families   text[]  NOT NULL                 -- a child's and an animal's guardian counts too
);

-- name: save
-- One row each: arrays of arrays must be rectangular, and these are not.
INSERT INTO namesakes.people VALUES (%s, %s, %s, %s::text[])
ON CONFLICT (id) DO UPDATE SET own = excluded.own, families = excluded.families;

-- name: drop
DELETE FROM namesakes.people WHERE id = ANY(%s);

-- name: of
SELECT id, patient, own, families FROM namesakes.people WHERE id = ANY(%s);

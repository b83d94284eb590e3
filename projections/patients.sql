-- name: create
-- Who is a patient, sealed under each one's own key, and keyed hashes to find them by.
CREATE SCHEMA patients;
CREATE TABLE patients.patients (
    patient_id      text        COLLATE "C" PRIMARY KEY,
    registered_at   timestamptz NOT NULL,
    position        bigint      NOT NULL UNIQUE,  -- of the registration: the order of lists
    version         bigint      NOT NULL,
    sealed          bytea       NOT NULL,         -- personal data as JSON, AES-SIV under the patient's key
    name_keys       text[]      NOT NULL,         -- keyed hashes of the name, its parts, and the guardian's
    phone_keys      text[]      NOT NULL,         -- of the digits of the phone numbers
    identifier_keys text[]      NOT NULL          -- of each identifier
);
CREATE INDEX patients_by_name ON patients.patients USING gin (name_keys);
CREATE INDEX patients_by_phone ON patients.patients USING gin (phone_keys);
CREATE INDEX patients_by_identifier ON patients.patients USING gin (identifier_keys);

-- name: load
SELECT patient_id, registered_at, position, version, sealed, name_keys, phone_keys, identifier_keys
FROM patients.patients WHERE patient_id = ANY(%s);

-- name: save
-- One row each: arrays of arrays must be rectangular, and these are not.
INSERT INTO patients.patients VALUES (%s, %s, %s, %s, %s, %s::text[], %s::text[], %s::text[])
ON CONFLICT (patient_id) DO UPDATE SET version = excluded.version,
    sealed = excluded.sealed, name_keys = excluded.name_keys, phone_keys = excluded.phone_keys,
    identifier_keys = excluded.identifier_keys;

-- name: drop
-- Of an erased patient nothing stays.
DELETE FROM patients.patients WHERE patient_id = ANY(%s);

-- name: list
-- A page of patients, the one registered last first. What they are found by stands in place of the comment, so that an
-- index is used.
SELECT patient_id, registered_at, position, version, sealed
FROM patients.patients WHERE position < %(before)s /* and */ ORDER BY position DESC LIMIT %(limit)s;

-- name: create
-- What was measured, derived and judged, under pseudonyms. Voided checkups have no rows in readings and grades.
CREATE SCHEMA measurements;
CREATE TABLE measurements.people (
    patient_id text  COLLATE "C" PRIMARY KEY,
    sealed     bytea NOT NULL                -- sex, birth date and species, AES-SIV under the patient's key
);
CREATE TABLE measurements.checkups (
    id         text    COLLATE "C" PRIMARY KEY,
    patient_id text    COLLATE "C" NOT NULL,
    date       date    NOT NULL,             -- of the examination, where it took place
    sex        text    NOT NULL,
    age_band   text    NOT NULL,             -- on that day, ten years wide
    animal     boolean NOT NULL,
    voided     boolean NOT NULL
);
CREATE INDEX checkups_of_patient ON measurements.checkups (patient_id);
CREATE TABLE measurements.readings (
    checkup_id     text    COLLATE "C" NOT NULL,
    patient_id     text    COLLATE "C" NOT NULL,
    measurement_id text    COLLATE "C" NOT NULL,
    code           text    COLLATE "C" NOT NULL,  -- LOINC; of a panel's value, its own
    derived        boolean NOT NULL,
    date           date    NOT NULL,
    value          numeric NOT NULL,
    unit           text    NOT NULL,              -- canonical UCUM
    comparator     text,
    PRIMARY KEY (checkup_id, measurement_id, code, derived)
);
CREATE INDEX readings_of_patient ON measurements.readings (patient_id, code, date);
CREATE INDEX readings_by_code ON measurements.readings (code, date);
CREATE TABLE measurements.grades (
    checkup_id text COLLATE "C" NOT NULL,
    patient_id text COLLATE "C" NOT NULL,
    code       text COLLATE "C" NOT NULL,         -- LOINC of what is judged
    scheme     text COLLATE "C" NOT NULL,
    edition    text NOT NULL,
    date       date NOT NULL,
    grade      text,                              -- NULL: not classified
    reason     text,
    PRIMARY KEY (checkup_id, code, scheme)
);
CREATE INDEX grades_of_patient ON measurements.grades (patient_id, code, date);
CREATE INDEX grades_by_code ON measurements.grades (code, date);

-- name: load_people
SELECT patient_id, sealed FROM measurements.people WHERE patient_id = ANY(%s);

-- name: load_checkups
-- Those that change, and all of patients whose age or sex may.
SELECT id, patient_id, date, sex, age_band, animal, voided FROM measurements.checkups
WHERE id = ANY(%s) OR patient_id = ANY(%s);

-- name: load_readings
SELECT checkup_id, patient_id, measurement_id, code, derived, date, value, unit, comparator FROM measurements.readings
WHERE checkup_id = ANY(%s) ORDER BY checkup_id, measurement_id, code, derived;

-- name: load_grades
SELECT checkup_id, patient_id, code, scheme, edition, date, grade, reason FROM measurements.grades
WHERE checkup_id = ANY(%s) ORDER BY checkup_id, code, scheme;

-- name: drop_readings
DELETE FROM measurements.readings WHERE checkup_id = ANY(%s);

-- name: drop_grades
DELETE FROM measurements.grades WHERE checkup_id = ANY(%s);

-- name: save_people
INSERT INTO measurements.people SELECT * FROM unnest(%s::text[], %s::bytea[])
ON CONFLICT (patient_id) DO UPDATE SET sealed = excluded.sealed;

-- name: save_checkups
INSERT INTO measurements.checkups
SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::boolean[], %s::boolean[])
ON CONFLICT (id) DO UPDATE SET date = excluded.date, sex = excluded.sex, age_band = excluded.age_band,
    animal = excluded.animal, voided = excluded.voided;

-- name: save_readings
INSERT INTO measurements.readings
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::date[], %s::numeric[],
                     %s::text[], %s::text[]);

-- name: save_grades
INSERT INTO measurements.grades
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[]);

-- name: erase_people
DELETE FROM measurements.people WHERE patient_id = ANY(%s);

-- name: erase_checkups
DELETE FROM measurements.checkups WHERE patient_id = ANY(%s);

-- name: erase_readings
DELETE FROM measurements.readings WHERE patient_id = ANY(%s);

-- name: erase_grades
DELETE FROM measurements.grades WHERE patient_id = ANY(%s);

-- name: readings
-- Everything measured of a patient, oldest first; of one code, or of all.
SELECT code, date, value, unit, comparator, derived, checkup_id, measurement_id FROM measurements.readings
WHERE patient_id = %(patient_id)s AND (%(codes)s::text[] IS NULL OR code = ANY(%(codes)s))
  AND (%(from)s::date IS NULL OR date >= %(from)s) AND (%(to)s::date IS NULL OR date <= %(to)s)
ORDER BY code, date, checkup_id, measurement_id;

-- name: grades
-- Every class a patient was put in, oldest first; of one code, or of all.
SELECT code, date, scheme, edition, grade, reason, checkup_id FROM measurements.grades
WHERE patient_id = %(patient_id)s AND (%(codes)s::text[] IS NULL OR code = ANY(%(codes)s))
  AND (%(from)s::date IS NULL OR date >= %(from)s) AND (%(to)s::date IS NULL OR date <= %(to)s)
ORDER BY code, date, checkup_id, scheme;

-- name: cohort_values
-- Every exact value of a period, oldest first, with its person's sex and age on that day.
SELECT r.patient_id, r.date, r.value, c.sex, c.age_band
FROM measurements.readings AS r JOIN measurements.checkups AS c ON c.id = r.checkup_id
WHERE r.code = %(code)s AND r.date >= %(from)s AND r.date < %(to)s AND r.comparator IS NULL AND r.unit = %(unit)s
  AND NOT c.animal
ORDER BY r.date, r.checkup_id, r.measurement_id, r.derived DESC, r.patient_id;

-- name: cohort_grades
-- How many people each month found in each class; of a person with several checkups in the month the newest counts.
WITH newest AS (
    SELECT DISTINCT ON (g.patient_id, g.scheme, date_trunc('month', g.date::timestamp))
           date_trunc('month', g.date::timestamp)::date AS month, g.scheme, g.edition, g.grade
    FROM measurements.grades AS g JOIN measurements.checkups AS c ON c.id = g.checkup_id
    WHERE g.code = ANY(%(codes)s) AND g.date >= %(from)s AND g.date < %(to)s AND NOT c.animal
      AND (%(sex)s::text IS NULL OR c.sex = %(sex)s) AND (%(age_band)s::text IS NULL OR c.age_band = %(age_band)s)
    ORDER BY g.patient_id, g.scheme, date_trunc('month', g.date::timestamp), g.date DESC, g.checkup_id DESC
)
SELECT month, scheme, coalesce(grade, 'not-classified'), count(*) FROM newest GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

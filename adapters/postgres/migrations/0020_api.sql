-- Answers to requests with an Idempotency-Key, kept for a day so that a repeated request gets the same answer.
CREATE SCHEMA api;

CREATE TABLE api.answers (
    actor       text        NOT NULL,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,  -- SHA-256 of method, path and body
    begun_at    timestamptz NOT NULL DEFAULT now(),
    status      smallint,              -- null while the request is being worked on
    headers     jsonb,
    body        bytea,
    PRIMARY KEY (actor, key)
);
CREATE INDEX answers_by_age ON api.answers (begun_at);

GRANT USAGE ON SCHEMA api TO vitalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON api.answers TO vitalog;

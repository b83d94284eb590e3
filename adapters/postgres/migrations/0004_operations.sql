-- What running processes remember that is not history.
CREATE SCHEMA operations;

-- When each region was last listening for pings; gaps become events.
CREATE TABLE operations.heartbeats (
    region text        PRIMARY KEY,
    at     timestamptz NOT NULL
) WITH (fillfactor = 50);

-- How far the relay has published the ledger to each JetStream stream.
CREATE TABLE operations.relayed (
    stream   text   PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 50);

GRANT USAGE ON SCHEMA operations TO vitalog;
GRANT SELECT, INSERT, UPDATE ON operations.heartbeats, operations.relayed TO vitalog;

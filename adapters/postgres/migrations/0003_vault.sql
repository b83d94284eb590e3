-- Credentials of monitors, sealed with the master key, outside the ledger: they can be destroyed, events cannot.
CREATE SCHEMA vault;

CREATE TABLE vault.secrets (
    ref        uuid        PRIMARY KEY,
    monitor_id text        NOT NULL,
    sealed     bytea       NOT NULL,  -- nonce (12 bytes) || AES-256-GCM ciphertext; associated data: monitor id, ref
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX secrets_of_monitor ON vault.secrets (monitor_id);

GRANT USAGE ON SCHEMA vault TO vitalog;
GRANT SELECT, INSERT, DELETE ON vault.secrets TO vitalog;

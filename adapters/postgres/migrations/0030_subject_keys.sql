-- One data key for each person, wrapped by a key-encryption key that is not in this database. Destroying a row's key is
-- forgetting the person.
CREATE TABLE vault.data_keys (
    subject      text        PRIMARY KEY COLLATE "C",  -- pseudonymous id
    wrapping_key text,                    -- id of the key-encryption key
    wrapped      bytea,                   -- nonce (12 bytes) || AES-256-GCM ciphertext; associated data: subject
    made_at      timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,             -- the row stays, so that nobody makes the subject another key
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL) AND (wrapped IS NULL) = (wrapping_key IS NULL))
);
CREATE INDEX data_keys_to_rewrap ON vault.data_keys (wrapping_key, subject) WHERE wrapped IS NOT NULL;

-- The key-encryption key that wraps from now on. Whoever wraps holds a share of this row until the new key is stored, so a
-- rotation that has changed it finds every key wrapped by the old one.
CREATE TABLE vault.wrapping (
    key_id  text    NOT NULL,
    only_me boolean PRIMARY KEY DEFAULT true CHECK (only_me)
);

GRANT SELECT, INSERT, UPDATE ON vault.data_keys, vault.wrapping TO vitalog;

-- Which patient a checkup belongs to, by the checkup's id alone.
CREATE INDEX events_of_checkup ON ledger.events (split_part(originator_id, ':', 3))
    WHERE topic = 'checkups.checkup-recorded';

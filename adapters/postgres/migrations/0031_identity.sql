-- How users prove who they are. Outside the ledger: it can be destroyed, events cannot. Nothing in here works for whoever
-- reads it: passwords are Argon2id hashes, tokens and keys SHA-256 digests of 256 random bits, seeds are sealed with a key
-- that follows from the master key.
CREATE SCHEMA identity;

CREATE TABLE identity.passwords (
    user_id text        PRIMARY KEY,
    hashed  text        NOT NULL,
    set_at  timestamptz NOT NULL DEFAULT now()
);

-- Failed attempts per account, known or not; the account is the keyed hash of an e-mail address.
CREATE TABLE identity.attempts (
    account      text          PRIMARY KEY,
    failures     timestamptz[] NOT NULL,
    locked_until timestamptz
);

CREATE TABLE identity.seeds (
    user_id   text   PRIMARY KEY,
    sealed    bytea,            -- nonce (12 bytes) || AES-256-GCM ciphertext; associated data: user id
    last_step bigint NOT NULL DEFAULT 0,
    proposed  bytea
);

CREATE TABLE identity.sessions (
    id         text        PRIMARY KEY,
    user_id    text        NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX sessions_of_user ON identity.sessions (user_id);

-- Used ones are kept as long as their session, so that a copy is noticed.
CREATE TABLE identity.refresh_tokens (
    digest     bytea       PRIMARY KEY,
    session_id text        NOT NULL REFERENCES identity.sessions ON DELETE CASCADE,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_of_session ON identity.refresh_tokens (session_id);

CREATE TABLE identity.api_keys (
    digest     bytea       PRIMARY KEY,
    key_id     text        NOT NULL UNIQUE,
    user_id    text        NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE identity.links (
    account text PRIMARY KEY,   -- keyed hash of issuer and subject
    user_id text NOT NULL
);

CREATE TABLE identity.flows (
    state      bytea       PRIMARY KEY,   -- digests
    browser    bytea       NOT NULL,
    sealed     bytea       NOT NULL,
    expires_at timestamptz NOT NULL
);

GRANT USAGE ON SCHEMA identity TO vitalog;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO vitalog;

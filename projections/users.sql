-- name: create
-- Users, their sessions and their API keys: what has to be known of whoever sends a request.
CREATE SCHEMA users;
CREATE TABLE users.users (
    id           text        COLLATE "C" PRIMARY KEY,
    email_print  text        NOT NULL,   -- keyed hash of the e-mail address
    sealed       bytea       NOT NULL,   -- e-mail address, name, language and linked accounts, under the user's key
    roles        text        NOT NULL,   -- separated by blanks
    enabled      boolean     NOT NULL,
    has_password boolean     NOT NULL,
    totp         boolean     NOT NULL,
    patient_id   text,                   -- whose record is the user's own
    created_at   timestamptz NOT NULL,
    version      bigint      NOT NULL    -- of the user's stream
);
CREATE INDEX users_by_email ON users.users (email_print);
CREATE INDEX users_by_age ON users.users (created_at, id);
CREATE TABLE users.sessions (
    id       text        COLLATE "C" PRIMARY KEY,
    user_id  text        COLLATE "C" NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz,
    why      text
);
CREATE INDEX sessions_of_user ON users.sessions (user_id);
CREATE TABLE users.api_keys (
    id         text        COLLATE "C" PRIMARY KEY,
    user_id    text        COLLATE "C" NOT NULL,
    label      text        NOT NULL,
    scopes     text        NOT NULL,   -- separated by blanks
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX api_keys_of_user ON users.api_keys (user_id, issued_at);

-- name: load_users
SELECT id, email_print, sealed, roles, enabled, has_password, totp, patient_id, created_at, version
FROM users.users WHERE id = ANY(%s);

-- name: load_sessions
SELECT id, user_id, began_at, ended_at, why FROM users.sessions WHERE user_id = ANY(%s);

-- name: load_api_keys
SELECT id, user_id, label, scopes, issued_at, expires_at, revoked_at FROM users.api_keys WHERE id = ANY(%s);

-- name: save_users
INSERT INTO users.users
SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[], %s::text[], %s::boolean[], %s::boolean[], %s::boolean[],
                     %s::text[], %s::timestamptz[], %s::bigint[])
ON CONFLICT (id) DO UPDATE SET
    email_print = excluded.email_print, sealed = excluded.sealed, roles = excluded.roles, enabled = excluded.enabled,
    has_password = excluded.has_password, totp = excluded.totp, patient_id = excluded.patient_id,
    version = excluded.version;

-- name: save_sessions
INSERT INTO users.sessions
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, why = excluded.why;

-- name: drop_sessions
DELETE FROM users.sessions WHERE id = ANY(%s);

-- name: save_api_keys
INSERT INTO users.api_keys
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],
                     %s::timestamptz[])
ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at;

-- name: erase
WITH users AS (DELETE FROM users.users WHERE id = ANY(%(users)s)),
     sessions AS (DELETE FROM users.sessions WHERE user_id = ANY(%(users)s))
DELETE FROM users.api_keys WHERE user_id = ANY(%(users)s);

-- name: standing
-- What a request by a user has to know; no row for an unknown user.
SELECT roles, enabled, patient_id, version FROM users.users WHERE id = %(user)s;

-- name: key_standing
-- The same of a request with an API key.
SELECT u.roles, u.enabled, u.patient_id, u.version, k.revoked_at IS NOT NULL, k.scopes, u.id
FROM users.api_keys AS k JOIN users.users AS u ON u.id = k.user_id WHERE k.id = %(key)s;

-- name: list
-- A page of users, oldest first.
SELECT id, email_print, sealed, roles, enabled, has_password, totp, patient_id, created_at, version
FROM users.users
WHERE (%(role)s::text IS NULL OR %(role)s = ANY(string_to_array(roles, ' ')))
  AND (%(email_print)s::text IS NULL OR email_print = %(email_print)s)
  AND (%(after_at)s::timestamptz IS NULL OR (created_at, id) > (%(after_at)s, %(after_id)s))
ORDER BY created_at, id LIMIT %(limit)s;

-- name: sessions
-- A user's sessions that have not ended, newest first.
SELECT id, user_id, began_at, ended_at, why FROM users.sessions
WHERE user_id = %(user)s AND ended_at IS NULL AND began_at > %(since)s ORDER BY began_at DESC, id;

-- name: api_keys
-- Keys of a user, or of everybody, newest first.
SELECT id, user_id, label, scopes, issued_at, expires_at, revoked_at FROM users.api_keys
WHERE %(user)s::text IS NULL OR user_id = %(user)s
ORDER BY issued_at DESC, id LIMIT %(limit)s;

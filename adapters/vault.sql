-- name: keep
-- Seal a secret away under a reference of its own.
INSERT INTO vault.secrets (ref, monitor_id, sealed) VALUES (%s, %s, %s)

-- name: find
-- What is sealed under a reference.
SELECT sealed FROM vault.secrets WHERE ref = %s

-- Who works on a request: a killed API's sessions are gone at once, so nobody has to wait for a key it had taken.
ALTER TABLE api.answers ADD COLUMN holder integer NOT NULL DEFAULT pg_backend_pid();

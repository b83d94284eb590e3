-- The role every process runs as: it reads and appends events, and owns the read models. It cannot change an event.
GRANT USAGE ON SCHEMA ledger TO vitalog;
GRANT SELECT ON ledger.events TO vitalog;
GRANT EXECUTE ON FUNCTION ledger.append TO vitalog;

-- Read models are created, rebuilt beside and swapped by the projector, each in a schema of its own.
DO $$ BEGIN EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO vitalog', current_database()); END $$;

"""The ledger and the read models in PostgreSQL."""

"""Queries on the read models: async functions over a psycopg connection; their SQL is beside the tables."""

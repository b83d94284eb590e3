"""Everything that touches the world: PostgreSQL, NATS, probes, the vault, the clock."""

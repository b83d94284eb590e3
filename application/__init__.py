"""Use cases, one per file, and the ports they need. Adapters implement the ports; ``infra.wiring`` puts them together."""

"""Use cases, one per file, and the ports they need; adapters implement the ports, ``infra.wiring`` joins them."""

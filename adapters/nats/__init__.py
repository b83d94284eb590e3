"""The feed: the ledger's events on NATS JetStream, for projections and for anyone who subscribes."""

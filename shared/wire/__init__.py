"""Event store, outbox, inbox, NATS: the plumbing, which knows nothing about schools."""

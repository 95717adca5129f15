"""The complaints service, clause by clause."""

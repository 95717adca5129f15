"""The incidents service, clause by clause."""

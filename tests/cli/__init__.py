"""The `accord` command, its supervisor and its checks of the clauses."""

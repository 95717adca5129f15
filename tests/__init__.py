"""Tests: what each service promises, and what crosses services."""

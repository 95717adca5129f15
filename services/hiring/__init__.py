"""Hiring: a search for an officer, scored by a panel of both organisations, and what came of it."""

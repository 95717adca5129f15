"""Tests of the wire: stores, streams and what goes between two organisations."""

"""Tests of the hiring service."""

"""Tests of calendars, deadlines and `accord deadline`."""

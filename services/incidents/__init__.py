"""Calls for service at schools and their outcomes, what officers do there, and its reports."""

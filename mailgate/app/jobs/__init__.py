"""Scheduled work as plain functions: each reads what is due, decides purely, applies, and returns a count."""

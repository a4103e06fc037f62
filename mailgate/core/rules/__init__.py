"""Decides which of the admin's rules hit a mail, and what they ask for."""

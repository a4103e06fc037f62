"""Channels on which people chat: who they are there, what may leave for them, and for how long."""

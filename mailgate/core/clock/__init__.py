"""Decides what time alone makes due: escalation, waking, digests, covers."""

"""Counts a period: volumes, times, promises kept, votes."""

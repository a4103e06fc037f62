"""Decides whom we believe: tokens, authority, and one-tap answers."""

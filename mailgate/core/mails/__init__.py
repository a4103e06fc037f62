"""Decides what one mail means: one mail in, one Decision out."""

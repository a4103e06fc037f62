"""Decides who hears what, and what each reader may see."""

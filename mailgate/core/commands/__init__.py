"""Decides what a subject command asks for and whether it is granted."""

"""Reads words and knows no ticket: folding, subjects, signatures, quotes, languages, automatic answers."""

"""Bodies to readable words: HTML made plain and harmless, and what is new in an answer."""

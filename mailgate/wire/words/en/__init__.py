"""Our words in English: a file for each kind (docs/languages.md)."""

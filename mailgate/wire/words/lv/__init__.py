"""Our words in Latvian: a file for each kind (docs/languages.md)."""

"""Our words in Polish: a file for each kind (docs/languages.md)."""

"""Our words in Finnish: a file for each kind (docs/languages.md)."""

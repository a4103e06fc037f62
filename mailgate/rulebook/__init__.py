"""rules/*.toml -> Rulebook: compiled patterns, checked names, and the tests inside the files."""

"""What we remember: the Store protocol and its SQLite backend."""

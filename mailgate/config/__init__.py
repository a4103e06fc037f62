"""mailgate.toml -> frozen Config; every problem at once, each with its file, line and key."""

"""What `mailgate.toml` says of programs beside ours: bridges, and whoever else is spoken to."""

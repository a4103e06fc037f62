"""The embedded default: one file, one writing thread, its schema and its backup."""

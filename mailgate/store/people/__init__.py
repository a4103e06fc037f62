"""People made known, and their data let go: retention and the right to be forgotten."""

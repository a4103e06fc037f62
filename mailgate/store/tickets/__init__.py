"""How tickets are written, read, found, and known to a decision."""

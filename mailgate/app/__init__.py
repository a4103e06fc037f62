"""What we do: take mail in, decide, send, and keep time."""

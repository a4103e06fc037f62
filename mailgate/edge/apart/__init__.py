"""SMTP in a process of its own: what crosses between it and the desk, and the two who speak."""

"""A short morning at a help desk, played by real SMTP."""

"""SMTP, LMTP and submission in: the listener, the dialogue, its limits and its replies."""

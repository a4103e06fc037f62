"""IMAP in: connections, folders read oldest first, and waiting for news."""

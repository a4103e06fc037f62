"""Everything we speak to first: relays, a Maildir folder, OAuth, the DNS, a heartbeat."""

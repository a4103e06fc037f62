"""Commands about single mails and letters: accept, explain, outbox, parked, quarantine, audit."""

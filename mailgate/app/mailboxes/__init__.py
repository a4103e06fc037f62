"""What the IMAP readers remember, log in with and report, and whether a folder's mail is all accounted for."""

"""Everything we ask or tell by HTTP: one bounded client, and the signature of what it carries."""

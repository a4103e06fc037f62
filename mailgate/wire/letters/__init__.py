"""A headed letter to the bytes of an RFC 5322 message, by the admin's template or ours."""

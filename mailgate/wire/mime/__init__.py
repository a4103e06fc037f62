"""Octets off the wire to an InboundMail: structure, headers, charsets, files."""

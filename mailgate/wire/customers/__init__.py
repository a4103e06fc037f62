"""A table of customers as an admin keeps it, between octets and values."""

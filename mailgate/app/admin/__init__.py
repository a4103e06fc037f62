"""What admins ask for: import, staff, rights, accounting, explaining, reloading, and the socket they ask by."""

"""Sockets: each edge is handed a function to call."""

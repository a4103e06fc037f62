"""The socket between the window and the daemon: which questions there are, and how they cross."""

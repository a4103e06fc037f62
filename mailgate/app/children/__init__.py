"""The pool of limited child processes in which hostile bytes are read."""

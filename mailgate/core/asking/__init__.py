"""What is asked of other programs, and what comes of it."""

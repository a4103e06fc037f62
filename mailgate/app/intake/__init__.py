"""Takes mail in: keeps it before anybody looks inside, reads it in a child, decides it in order."""

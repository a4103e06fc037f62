"""Programs told of what happens: the journal read after each commit, and what is owed to each of them sent."""

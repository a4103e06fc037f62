"""Which programs are told of what happens to tickets, and when one that did not take it is told again."""

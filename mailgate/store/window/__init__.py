"""What the window asks of the store: who has logged in, which walls there are, and the rows of the board."""

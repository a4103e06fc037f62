"""What other programs ask of the desk by its API, and are told: plain values that cross to the window."""

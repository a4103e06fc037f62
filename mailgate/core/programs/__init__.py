"""What other programs ask and are told by the API: plain values, and the pure functions that make them."""

"""What pages show and what is asked by them: plain values, and the pure functions that make them of tickets."""

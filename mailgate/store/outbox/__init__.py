"""Letters we owe: how they are written down, leased, marked, and found by their tokens."""

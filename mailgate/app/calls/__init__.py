"""What the daemon does with calls: who it may be, a memo, a line to whoever's telephone rings, the recording."""

"""What the window is told, and what it may have done: the daemon's side of the pages."""

"""Mail as it came, its one fate, and how long its bytes stay."""

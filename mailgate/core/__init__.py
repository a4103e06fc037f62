"""What we believe: pure decisions on plain values, standard library only."""

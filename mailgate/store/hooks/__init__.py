"""What programs are to be told."""

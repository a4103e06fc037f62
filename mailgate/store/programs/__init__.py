"""What programs may do and have done: tokens as digests, and answers by the keys of those who asked."""

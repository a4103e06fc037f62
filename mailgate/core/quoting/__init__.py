"""Which words of a mail we have written ourselves: what is known is subtracted, nothing is guessed."""

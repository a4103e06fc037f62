"""Sends the letters we owe: claims, words, hands over, and marks what became of each."""

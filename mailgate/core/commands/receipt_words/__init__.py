"""What a receipt says of each command, in every language."""

"""mailgate turns shared mailboxes into a ticket desk that lives entirely in e-mail."""

__version__ = "0.1.0"

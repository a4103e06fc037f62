"""`python -m mailgate` is the command line."""

from mailgate.cli import main

main()

"""`python -m assistant.cli`: the command where no script is installed."""

from assistant.cli import main

main()

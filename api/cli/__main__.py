"""``python -m api.cli``: the command line of this very source tree."""

from api.cli import main

main()

"""The command `gdl`. Importing it loads neither typer nor torch: each is loaded by the work that needs it."""

import sys
from collections.abc import Sequence

DEBUG = "--debug"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `gdl` with these arguments (default: the process's own) and return its exit code.

    Results go to stdout, talk to stderr. 0 done, 1 our fault, 2 usage, 3 done but some records were skipped, 4 bad
    input, 5 bad checkpoint, 6 no room or device, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = DEBUG in given
    words = [word for word in given if word != DEBUG]
    try:
        from gdl_core.cli.application import run

        run(words, quiet=not debug)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        from gdl_core.cli.ending import end

        return end(error, json="--json" in words, debug=debug)
    return 0

"""`python3 -m stack`: bring the whole product up on this machine, look after it, take it down."""

from __future__ import annotations

import sys

from stack.bootstrap import use_a_fitting_python
from stack.console import Interrupted, Signals, Trouble, say

INTERRUPTED = 130


def main() -> int:
    """Run the command that was asked for; 0 is well."""
    Signals.listen()
    try:
        use_a_fitting_python()
        # Only now: what follows needs the language of a fitting Python.
        from stack.commands import obey

        return obey(sys.argv[1:])
    except Trouble as trouble:
        say(f"✗ {trouble}" if "\n" not in str(trouble) else str(trouble))
        return 1
    except Interrupted:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())

"""The local stack: from an empty machine to a running product, by the standard library alone."""

import sys

# Before anything whose grammar such a Python cannot read.
if sys.version_info < (3, 7):  # noqa: UP036
    sys.exit("Python 3.11 to 3.14 is needed; name one with `make PYTHON=/path/to/python3.12 ...`.")

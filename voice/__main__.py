"""`python -m voice host|briefer`."""

import sys

from voice.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

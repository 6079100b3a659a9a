"""`python -m api`: serve; `token`: make a token for a person; `openapi`: describe the api."""

import sys

from api.main import main

sys.exit(main())

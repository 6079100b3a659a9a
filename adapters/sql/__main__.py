"""`python -m adapters.sql`: upgrade the database at DATABASE_URL; safe to repeat."""

import asyncio
import sys

from pydantic import ValidationError

from adapters.sql.upgrade import upgrade
from domain.errors import PortError
from domain.settings import DatabaseSettings, explain


def main() -> int:
    """Upgrade, and say in one line what went wrong."""
    try:
        asyncio.run(upgrade(DatabaseSettings().url))
    except ValidationError as error:
        sys.stderr.write(f"{explain(error)}\n")
        return 2
    except PortError as error:
        sys.stderr.write(f"DATABASE_URL: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""LiteLLM, brought in late and quietly."""

import asyncio
import importlib
import os
from typing import Any

from adapters.logs import hush


async def litellm() -> Any:
    """Import LiteLLM: five seconds and 160 MB the first time, so never with our own modules."""
    return await asyncio.to_thread(_import)


def _import() -> Any:
    # Otherwise every start asks the internet for a price list, three times if there is none.
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    hush()
    vendor: Any = importlib.import_module("litellm")
    vendor.suppress_debug_info = True
    vendor.turn_off_message_logging = True
    return vendor

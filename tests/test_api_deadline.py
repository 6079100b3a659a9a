"""However the parts of a request share its time, who asked has an answer within three seconds."""

import asyncio
import time

import pytest

from api import deadline

pytestmark = pytest.mark.alone


async def test_a_slow_part_leaves_the_next_one_less_time() -> None:
    async def request() -> None:
        deadline.begin()
        began = time.monotonic()
        async with deadline.in_time():
            await asyncio.sleep(2)
        with pytest.raises(TimeoutError):
            async with deadline.in_time():
                await asyncio.sleep(2)
        assert 2.4 < time.monotonic() - began < 3

    await asyncio.create_task(request())


async def test_work_that_no_request_asked_for_has_all_the_time() -> None:
    async with deadline.in_time() as limit:
        left = (limit.when() or 0) - asyncio.get_running_loop().time()
    assert 2.4 < left <= 2.5

"""`Summaries`: any models LiteLLM reaches, in order, and rules where none answers in time."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from adapters.litellm_import import litellm
from adapters.prompt import Answer, UselessAnswer, messages, read
from adapters.redaction import redacted
from adapters.rules import by_rules
from adapters.spoken import harmless, speech
from domain.briefing import Briefing, Material
from domain.phases import BriefingSource
from domain.settings import ModelSettings

log = logging.getLogger(__name__)

LONGEST = timedelta(seconds=6)
"""Whatever is set, and however often it was begun: agent B's briefing is there eight seconds after
it was asked for, from a model or not. Two are for the way there and back, on a busy machine."""
PAUSE = timedelta(milliseconds=200)
"""Before a busy model is asked again, if it names no time of its own."""
MOST_TOKENS = 1_500
BUSY = 429


class ModelSummaries:
    """Asks the models of `LLM_MODEL` and `LLM_FALLBACKS`; with none named, it goes by rules."""

    def __init__(self, settings: ModelSettings) -> None:
        self._models = settings.models
        self._patience = min(timedelta(seconds=settings.llm_timeout_s), LONGEST)

    async def warm(self) -> None:
        """Load what the first briefing would otherwise wait seconds for; nothing to undo."""
        if self._models:
            await litellm()

    async def brief(self, material: Material, *, lost: timedelta = timedelta(0)) -> Briefing:
        """Write a briefing; one made by rules where no model answers in time. Never fails."""
        material = redacted(material)
        within_s = min(self._patience, LONGEST - lost).total_seconds()
        try:
            async with asyncio.timeout(within_s):
                return await self._by_models(material, within_s)
        except Exception as error:
            if self._models:
                log.warning("briefing by rules", extra={"error": type(error).__name__})
            return by_rules(material)

    async def _by_models(self, material: Material, within_s: float) -> Briefing:
        """Ask one model after the other, each for its share of the time that is left."""
        ends = asyncio.get_running_loop().time() + within_s
        for position, model in enumerate(self._models):
            left_s = ends - asyncio.get_running_loop().time()
            share_s = left_s / (len(self._models) - position)
            try:
                async with asyncio.timeout(share_s):
                    return await self._ask_twice(model, material, share_s)
            except Exception as error:
                # LiteLLM raises vendors' errors as dozens of types, some of them bare exceptions;
                # their text quotes the conversation, so only the type is logged.
                log.warning(
                    "model gave no briefing",
                    extra={"model": model, "error": type(error).__name__},
                )
        raise UselessAnswer

    async def _ask_twice(self, model: str, material: Material, share_s: float) -> Briefing:
        try:
            return await self._ask(model, material)
        except Exception as error:
            pause_s = _pause_s(error)
            if pause_s is None or pause_s >= share_s:
                raise
            await asyncio.sleep(pause_s)
        return await self._ask(model, material)

    async def _ask(self, model: str, material: Material) -> Briefing:
        vendor = await litellm()
        answer = await vendor.acompletion(
            model=model,
            messages=messages(material),
            response_format={"type": "json_object"},
            max_tokens=MOST_TOKENS,
            drop_params=True,
            # It doesn't end an answer that trickles in; the caller's time limit does. Always the
            # same: LiteLLM keeps a client, and its connections, for each timeout it is given.
            timeout=LONGEST.total_seconds(),
            num_retries=0,
            max_retries=0,
        )
        if not answer.choices:
            raise UselessAnswer
        return _briefing(material, read(answer.choices[0].message.content))


def _pause_s(error: Exception) -> float | None:
    """Say how long to wait before asking the same model again; None: it won't help."""
    if isinstance(error, UselessAnswer | IndexError):
        return 0
    status = getattr(error, "status_code", None)
    if not isinstance(status, int) or not (status == BUSY or status >= 500):
        return None
    try:
        return max(0.0, float(_headers(error).get("retry-after", "")))
    except ValueError:
        return PAUSE.total_seconds()


def _headers(error: Exception) -> Any:
    headers = getattr(error, "litellm_response_headers", None)
    return headers or getattr(getattr(error, "response", None), "headers", None) or {}


def _briefing(material: Material, answer: Answer) -> Briefing:
    reason = harmless(answer.reason)
    if not reason:
        raise UselessAnswer
    facts, done, still_open = (_lines(a) for a in (answer.facts, answer.done, answer.open))
    next_step = harmless(answer.next_step)
    lines = [
        ("Reason", reason),
        *(("Known", fact) for fact in facts[:1]),
        *(("Still open", line) for line in still_open[:1]),
        ("Next", next_step),
        *(("Known", fact) for fact in facts[1:]),
        *(("Done", line) for line in done),
    ]
    return Briefing(
        text=speech(material.caller_name, lines),
        reason=reason,
        facts=facts,
        done=done,
        open=still_open,
        mood=harmless(answer.mood),
        next_step=next_step,
        source=BriefingSource.MODEL,
    )


def _lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(harmless, lines)))

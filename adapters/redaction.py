"""Takes out of a conversation what no model and no briefing needs."""

import re

from adapters.rules import MOST_NOTES
from domain.briefing import Material, Turn
from domain.phases import TurnKind

OPENING = 4
"""Turns: among the first of them is why the caller calls."""
MOST_CONVERSATION = 12_000
"""Characters of the newest turns."""
LONGEST_TURN = 1_000
SHORTEST_TURN = 40
"""A turn of fewer characters counts as this many: a thousand words take their time, too."""
MOST_NEWEST = MOST_CONVERSATION // SHORTEST_TURN
"""Turns, however short they are."""
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
DATE = r"\d{4}-\d\d-\d\d"
PHONE = re.compile(rf"(?<![\w+])(?!{DATE})\+?\(?\d(?:[ ().\-/]{{0,3}}\d){{8,14}}(?!\w)")


def redacted(material: Material) -> Material:
    """Replace card numbers, phone numbers and e-mail addresses by words for them.

    Of a long conversation its beginning, its newest turns and notes are left: megabytes would hold
    up everybody whose worker reads them (forty seconds, measured).
    """
    return material.model_copy(
        update={
            "about": _redact(material.about),
            "notes": _redact(material.notes),
            "earlier": tuple(map(redact, material.earlier)),
            "turns": tuple(
                turn.model_copy(update={"text": redact(turn.text[:LONGEST_TURN])})
                for turn in _telling(material.turns)
            ),
        }
    )


def _telling(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    room, newest = MOST_CONVERSATION, len(turns)
    while newest and room > 0:
        newest -= 1
        room -= max(len(turns[newest].text[:LONGEST_TURN]), SHORTEST_TURN)
    opening = turns[: min(OPENING, newest)]
    notes = [turn for turn in turns[len(opening) : newest] if turn.kind is TurnKind.NOTE]
    return (*opening, *notes[-MOST_NOTES:], *turns[newest:])


def redact(text: str) -> str:
    """Redact one text."""
    text = E_MAIL.sub("[e-mail address]", text)
    text = CARD.sub(lambda m: "[card number]" if _is_card(m[0]) else m[0], text)
    return PHONE.sub("[phone number]", text)


def _redact(text: str | None) -> str | None:
    return redact(text) if text else text


def _is_card(number: str) -> bool:
    """Check the last digit as ISO/IEC 7812-1, annex B, makes it (Luhn's algorithm)."""
    digits = [int(c) for c in reversed(number) if c.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0

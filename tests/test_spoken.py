"""What a briefing may show and say, and what rules make of a call, without any model."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.redaction import redact
from adapters.rules import by_rules
from adapters.spoken import MOST_WORDS, harmless, speech
from domain.briefing import MOST_TEXT, Material, Turn
from domain.phases import Role, TurnKind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def turn(text: str, role: Role = Role.CALLER, kind: TurnKind = TurnKind.SAID) -> Turn:
    return Turn(id="turn_1", who="Maya", role=role, kind=kind, text=text, at=NOON)


def test_rules_tell_the_reason_the_notes_and_the_last_words() -> None:
    briefing = by_rules(
        Material(
            caller_name="Maya Chen",
            turns=(
                turn("Hello?"),
                turn("I was billed twice."),
                turn("Very polite, in a hurry", Role.AGENT, TurnKind.NOTE),
                turn("Can I have the money back today?"),
            ),
        )
    )
    assert briefing.text == (
        "Automatic summary. Maya Chen is on the line. Reason: I was billed twice. "
        "Noted: Very polite, in a hurry. The caller last said: Can I have the money back today."
    )
    assert briefing.facts[0] == "Very polite, in a hurry"


def test_rules_say_so_when_nothing_is_known() -> None:
    assert by_rules(Material(caller_name="\x00")).text == (
        "Automatic summary. The caller is on the line. Reason: not known yet."
    )


@pytest.mark.parametrize(
    "line",
    [
        "The caller wants to transfer money to her sister",
        "The call dropped twice last week",
        "Her phone rings but no call comes through",
        "Paid 49.90 on 3 November",
        "Order 482913 has not arrived",
        "Se llama Ana y espera un paquete",
    ],
)
def test_harmless_words_stay(line: str) -> None:
    assert harmless(line) == line
    assert line in speech("Ana", [("Reason", line)])


def test_a_briefing_lasts_fifteen_seconds_at_most() -> None:
    lines = [("Known", f"fact number {n} of many that are all worth knowing") for n in range(20)]
    text = speech("Maya", lines)
    assert len(text.split()) <= MOST_WORDS
    assert text.endswith("worth knowing.")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Card 4111 1111 1111 1111, please", "Card [card number], please"),
        ("Call me on +44 20 7946 0958.", "Call me on [phone number]."),
        ("I am at (212) 555-0199 123", "I am at [phone number]"),
        ("Write to maya.chen@mail.example", "Write to [e-mail address]"),
        ("Order 482913 of 2026-11-22 for 1299.00", "Order 482913 of 2026-11-22 for 1299.00"),
    ],
)
def test_numbers_and_addresses_are_taken_out(said: str, kept: str) -> None:
    assert redact(said) == kept


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_rules_make_a_short_clean_briefing_of_anything(name: str, about: str, said: str) -> None:
    briefing = by_rules(Material(caller_name=name, about=about, notes=said, turns=(turn(said),)))
    assert briefing.text.startswith("Automatic summary. ")
    assert len(briefing.text) <= MOST_TEXT
    assert len(briefing.text.split()) <= MOST_WORDS
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in briefing.text)

"""What breaks, at which step of which transfer, and for how long: drawn from a seed alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Generic, TypeVar

from chaos.courses import COURSES, Course
from chaos.faults import Fault, every_fault

T = TypeVar("T")

STRIKES_AFTER_S = 0.8
"""At most, from the beginning of a step: some take less, and the fault is there before the next."""


@dataclass(frozen=True)
class Strike:
    """One fault: `after_s` after its step began, for `lasts_s` before it is mended."""

    step: int
    after_s: float
    fault: Fault
    lasts_s: float

    def __str__(self) -> str:
        return f"{self.fault} for {self.lasts_s:.1f} s"


@dataclass(frozen=True)
class Plan:
    """One transfer: its course, and all that goes wrong."""

    number: int
    course: Course
    strikes: tuple[Strike, ...]

    def at(self, step: int) -> list[Strike]:
        """What strikes at one step."""
        return [strike for strike in self.strikes if strike.step == step]


class Deck(Generic[T]):
    """Cards that are all drawn once before any is drawn again, where they fit."""

    def __init__(self, dice: Random, cards: list[T]) -> None:
        self._dice = dice
        self._cards = cards
        self._left: list[T] = []

    def draw(self, fits: Callable[[T], bool] = lambda _: True) -> T:
        """The next card that fits; where none of those left does, new ones are put under them."""
        while True:
            for card in reversed(self._left):
                if fits(card):
                    self._left.remove(card)
                    return card
            self._left = [*self._dice.sample(self._cards, len(self._cards)), *self._left]


def plans(seed: int) -> Iterator[Plan]:
    """The transfers of a seed, for ever; the third is the same however many are played."""
    dice = Random(seed)
    courses, faults = Deck(dice, list(COURSES)), Deck(dice, every_fault())
    number = 0
    while True:
        number += 1
        course = courses.draw()
        count = dice.choice((1, 2, 2))
        steps = sorted(dice.sample(range(len(course.steps)), min(count, len(course.steps))))
        yield Plan(number, course, tuple(_struck(dice, faults, steps)))


def _is_none_of(struck: frozenset[str], fault: Fault) -> bool:
    return not fault.touches & struck


def _struck(dice: Random, deck: Deck[Fault], steps: list[int]) -> Iterator[Strike]:
    """One or two faults at each of these steps; none at a part that was hit before.

    Thus what strikes never depends on how long something before takes to be mended.
    """
    struck: frozenset[str] = frozenset()
    for step in (step for step in steps for _ in range(dice.choice((1, 1, 2)))):
        fault = deck.draw(partial(_is_none_of, struck))
        struck |= fault.touches
        after_s = round(dice.uniform(0, STRIKES_AFTER_S), 1)
        yield Strike(step, after_s, fault, round(dice.uniform(*fault.lasts_s), 1))

"""Every cell of the matrix has a test that plays it, and no row waits for `make prove`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.matrix import AT_THE_DOOR, MATRIX, NOT_HERE, Cell, Fault, Row, State, cells, proven_by

HERE = Path(__file__).parent


def written_in(*folders: str) -> Iterator[object]:
    """The tests below these folders, each where it is written, not where it is imported."""
    paths = [path for folder in folders for path in (HERE / folder).rglob("test_*.py")]
    for path in paths:
        name = ".".join(path.relative_to(HERE.parent).with_suffix("").parts)
        for word, test in vars(import_module(name)).items():
            if word.startswith("test_") and test.__module__ == name:
                yield test


def proven_in(*folders: str) -> set[Cell]:
    """The cells that the tests below these folders say they prove."""
    tests = written_in(*folders)
    return {cell for test in tests for mark in marks_of(test) for cell in proven_by(mark)}


def marks_of(test: object) -> Iterator[pytest.Mark]:
    """Its `cell` marks, and those of its parameters."""
    for mark in getattr(test, "pytestmark", ()):
        if mark.name == "cell":
            yield mark
        elif mark.name == "parametrize":
            yield from (one for param in mark.args[1] for one in cells_of(param))


def cells_of(param: object) -> list[pytest.Mark]:
    """The `cell` marks of one parameter."""
    return [mark for mark in getattr(param, "marks", ()) if mark.name == "cell"]


def is_chosen(test: object) -> bool:
    """Whether `-m cell` plays all of a test: it has a mark of its own, or each parameter has."""
    marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
    params = [mark.args[1] for mark in marks if mark.name == "parametrize"]
    own = any(mark.name == "cell" and proven_by(mark) for mark in marks)
    return own or any(all(map(cells_of, some)) for some in params)


def test_every_cell_is_played_on_the_whole_product() -> None:
    live = proven_in("live", "prove")
    assert not [cell for cell in cells() if cell not in live and cell not in AT_THE_DOOR]


def test_every_row_is_played_in_make_test() -> None:
    now = {cell[0] for cell in proven_in("live") if not isinstance(cell, Fault)}
    assert not [row for row in Row if row not in now]


def test_no_test_is_written_that_nobody_plays() -> None:
    assert not [test for test in written_in("prove") if not is_chosen(test)]


def test_what_is_shown_before_anybody_calls_has_its_tests_too() -> None:
    assert not AT_THE_DOOR - {Fault.F35} - proven_in("")


def test_each_row_has_a_cell_and_each_fault_a_number_of_its_own() -> None:
    assert set(MATRIX) == set(Row)
    numbers = [fault.value.partition(":")[0] for fault in Fault] + list(NOT_HERE)
    assert sorted(numbers) == sorted(f"F{number}" for number in range(1, 36))


def test_a_mark_that_names_no_cell_is_refused() -> None:
    mark = pytest.mark.cell(Row.B_NEVER_ANSWERS, State.JOINED).mark
    with pytest.raises(ValueError, match="there is no such cell"):
        proven_by(mark)

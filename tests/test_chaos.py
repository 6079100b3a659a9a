"""`make chaos`: a seed is a plan, whatever breaks has a bound, and a missed bound fails the run."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from chaos.bounds import DEAF, HEARD, HOSTLESS, TEMPORAL, VOICE, exceeded, kinds, verdicts
from chaos.courses import COURSES
from chaos.faults import Killed, Late, Locked, every_fault
from chaos.figures import Moment, Results, Row
from chaos.ground import API_TEMPORAL
from chaos.measure import deaf_s
from chaos.plan import Plan, plans
from chaos.report import summed_up, told
from chaos.run import passed
from robots.sound import Span

MANY = 40


def first(count: int, seed: int = 7) -> list[Plan]:
    return list(islice(plans(seed), count))


def test_the_same_seed_is_the_same_plan_however_many_are_played() -> None:
    assert first(MANY) == first(MANY)
    assert first(3) == first(MANY)[:3]
    assert first(MANY) != first(MANY, seed=8)


def test_every_course_has_its_turn_before_any_has_a_second_and_so_have_faults_that_fit() -> None:
    drawn = Counter(str(strike.fault) for plan in first(MANY) for strike in plan.strikes)
    assert set(drawn) == {str(fault) for fault in every_fault()}
    assert len(drawn) == len(every_fault())
    assert max(drawn.values()) - min(drawn.values()) <= 1
    assert {plan.course for plan in first(len(COURSES))} == set(COURSES)


def test_at_most_two_strike_at_once_and_none_at_a_part_that_was_hit_before() -> None:
    at_once = {len(plan.at(strike.step)) for plan in first(MANY) for strike in plan.strikes}
    assert at_once == {1, 2}
    for plan in first(MANY):
        touched = [part for strike in plan.strikes for part in strike.fault.touches]
        assert len(touched) == len(set(touched))


def test_a_strike_is_at_a_step_of_the_course_and_lasts_no_longer_than_its_fault_may() -> None:
    for plan in first(MANY):
        for strike in plan.strikes:
            least, most = strike.fault.lasts_s
            assert 0 <= strike.step < len(plan.course.steps)
            assert least <= strike.lasts_s <= most
            assert strike.after_s >= 0


def test_nobody_is_without_livekit_for_longer_than_a_few_seconds() -> None:
    assert Killed("livekit").lasts_s[1] < Killed("worker").lasts_s[1]


def test_what_struck_says_which_bounds_hold() -> None:
    assert kinds([Killed("worker")]) == {HEARD}
    assert kinds([Locked("database"), Late(API_TEMPORAL)]) == {HEARD}
    assert kinds([Killed("temporal")]) == {HEARD, TEMPORAL}
    assert kinds([Killed("host"), Locked("database")]) == {HEARD}
    assert kinds([Killed("host"), Killed("temporal")]) == {HOSTLESS, TEMPORAL}
    assert kinds([Killed("briefer")]) == {HEARD, VOICE}
    assert kinds([Killed("livekit"), Killed("worker")]) == {DEAF}
    assert kinds([Killed("voices")]) == {HOSTLESS, VOICE}


MOMENT = Moment("complete", ("worker killed for 1.0 s",), frozenset({HEARD}), 0.1, 0.4)
ROW = Row(1, "quick", "completed", (MOMENT,))
DEAFENED = replace(MOMENT, kinds=frozenset({DEAF}), silence_s=6.0, deaf_s=6.0, bare_s=5.0)


def results(*moments: Moment, **more: object) -> Results:
    return Results(7, [replace(ROW, moments=moments, **more)])  # type: ignore[arg-type]


def test_good_figures_pass() -> None:
    assert not list(exceeded(MOMENT))
    assert passed(results(MOMENT, DEAFENED))


@pytest.mark.parametrize(
    "moment",
    [
        replace(MOMENT, silence_s=5.1),
        replace(MOMENT, goes_on_s=15.1),
        replace(MOMENT, kinds=frozenset({TEMPORAL}), goes_on_s=8.1),
        replace(MOMENT, kinds=frozenset({VOICE}), goes_on_s=10.1),
        replace(DEAFENED, deaf_s=10.1, bare_s=10.0),
        replace(DEAFENED, deaf_s=18.1, unseen_s=8.0, bare_s=5.0),
    ],
)
def test_a_single_figure_beyond_its_bound_is_named(moment: Moment) -> None:
    assert list(exceeded(moment))


def test_rooms_that_nobody_could_open_are_waited_for_from_when_somebody_could() -> None:
    assert not list(exceeded(replace(DEAFENED, deaf_s=11.8, unseen_s=7.9, bare_s=4.2)))


@pytest.mark.parametrize(
    "moment",
    [
        replace(MOMENT, silence_s=3.1),
        replace(MOMENT, kinds=frozenset({TEMPORAL}), goes_on_s=5.1),
        replace(DEAFENED, deaf_s=8.0, bare_s=6.0),
    ],
)
def test_a_median_beyond_its_bound_fails_the_run_though_each_figure_is_allowed(
    moment: Moment,
) -> None:
    assert not list(exceeded(moment))
    assert not passed(results(moment))
    assert [one for one in verdicts(results(moment)) if not one.held]


@pytest.mark.parametrize(
    ("hears", "heard", "holds"),
    [
        pytest.param([(0, 11), (14, 30)], [(0, 12), (15, 18), (24, 30)], [18], id="hold-after-it"),
        pytest.param([(0, 11), (15, 30)], [(0, 9)], [9, 20], id="hold-before-it"),
        pytest.param([(0, 11), (14, 30)], [(0, 12), (15, 30)], [], id="no-hold"),
        pytest.param([(0, 11), (12, 13), (15, 30)], [(0, 30)], [], id="heard-and-lost-again"),
    ],
)
def test_a_caller_on_hold_is_missed_by_nobody(
    hears: list[tuple[float, float]], heard: list[tuple[float, float]], holds: list[float]
) -> None:
    of_caller = [Span(*one) for one in heard]
    until_both = deaf_s([Span(*one) for one in hears], of_caller, holds, Span(10.5, 30))
    assert until_both == pytest.approx(4.5)


def test_a_broken_promise_fails_the_run_and_is_told_with_its_command() -> None:
    row = replace(ROW, broken=("promise 3 is broken: A was out",))
    assert not passed(Results(7, [row]))
    assert 'make chaos ARGS="--seed 7 --only 1"' in "\n".join(told(row, 7))
    assert 'make chaos ARGS="--seed 7 --transfers 1"' in "\n".join(summed_up(Results(7, [row])))


def test_a_busy_machine_is_neither_passed_nor_broken() -> None:
    void = replace(ROW, broken=("promise 3 is broken",), disturbances=("others used 1.2 cores",))
    assert not passed(Results(7, [void]))
    assert passed(Results(7, [void, ROW]))
    assert "void" in "\n".join(told(void, 7))


def test_two_outcomes_are_two_however_busy_the_machine_is() -> None:
    busy = replace(ROW, disturbances=("others used 1.2 cores",))
    twice = ("promise 6 is broken: there was more than one outcome",)
    assert not busy.counts
    assert not passed(Results(7, [ROW, replace(busy, broken=twice, proven=twice)]))


def test_nothing_played_is_no_pass() -> None:
    assert not passed(Results(7))
